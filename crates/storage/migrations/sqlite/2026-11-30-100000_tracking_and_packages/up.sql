-- Grows with every change that may give a device work, but for new tasks, which task_number counts. One row.
CREATE TABLE wakeup (version BIGINT PRIMARY KEY NOT NULL) WITHOUT ROWID;
INSERT INTO wakeup SELECT rung FROM bell;
DROP TABLE bell;

-- The tasks of requests with an interval.
CREATE TABLE task_interval (
    task_id BIGINT PRIMARY KEY NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    -- The id of the request's first task, though that may be deleted.
    request BIGINT NOT NULL,
    -- Milliseconds between the start of the request's previous task on the same device, and the start of this one.
    gap     BIGINT NOT NULL CHECK (gap >= 0)
) WITHOUT ROWID;
INSERT INTO task_interval SELECT task_id, request, gap FROM pace;
DROP TABLE pace;

-- The packages of apps are a map: one setting for each app that does not have its usual package.
DELETE FROM setting WHERE name IN ('tiktok_package', 'instagram_package') AND value = '';
UPDATE setting SET name = 'package/tiktok' WHERE name = 'tiktok_package';
UPDATE setting SET name = 'package/instagram' WHERE name = 'instagram_package';
