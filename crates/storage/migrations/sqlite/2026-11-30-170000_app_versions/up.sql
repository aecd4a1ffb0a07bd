-- The version of the app with which an attempt ran; of a task, that of its last attempt that came to the app.
ALTER TABLE attempt ADD COLUMN app_version TEXT;
ALTER TABLE task ADD COLUMN app_version TEXT;

-- The version of each app on each device, as the last attempt there found it.
CREATE TABLE device_app (
    serial  TEXT NOT NULL REFERENCES device (serial) ON DELETE CASCADE,
    app     TEXT NOT NULL,
    version TEXT NOT NULL,
    PRIMARY KEY (serial, app)
) WITHOUT ROWID;
