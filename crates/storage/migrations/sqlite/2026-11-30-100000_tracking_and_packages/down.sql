UPDATE setting SET name = 'tiktok_package' WHERE name = 'package/tiktok';
UPDATE setting SET name = 'instagram_package' WHERE name = 'package/instagram';
DELETE FROM setting WHERE name LIKE 'package/%';

CREATE TABLE bell (rung BIGINT PRIMARY KEY NOT NULL) WITHOUT ROWID;
INSERT INTO bell SELECT version FROM wakeup;
DROP TABLE wakeup;

CREATE TABLE pace (
    task_id BIGINT PRIMARY KEY NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    -- The number of the request's first task, though that may be gone.
    request BIGINT NOT NULL,
    -- Milliseconds between the start of the request's task before it on the same phone, and its own.
    gap     BIGINT NOT NULL CHECK (gap >= 0)
) WITHOUT ROWID;
INSERT INTO pace SELECT task_id, request, gap FROM task_interval;
DROP TABLE task_interval;
