-- Configurations that several tasks of a request share, each stored once. A short one, which takes no more than the rest of
-- a task's row, stays in the row.
CREATE TABLE script_config (
    id     INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    config TEXT NOT NULL
);

-- The shared configuration, and its length in bytes. Without one, script_config is the configuration.
ALTER TABLE task ADD COLUMN config_id BIGINT REFERENCES script_config (id);
ALTER TABLE task ADD COLUMN config_bytes BIGINT;
CREATE INDEX task_by_config ON task (config_id) WHERE config_id IS NOT NULL;

-- The tasks of one request were created at one moment; the configuration has the id of the first of them.
INSERT INTO script_config (id, config)
SELECT MIN(id), script_config FROM task WHERE LENGTH(CAST(script_config AS BLOB)) > 512 GROUP BY created_at, script_config;
UPDATE task SET config_id = shared.first, config_bytes = LENGTH(CAST(script_config AS BLOB)), script_config = ''
FROM (SELECT id, MIN(id) OVER (PARTITION BY created_at, script_config) AS first FROM task WHERE LENGTH(CAST(script_config AS BLOB)) > 512) shared
WHERE shared.id = task.id;
