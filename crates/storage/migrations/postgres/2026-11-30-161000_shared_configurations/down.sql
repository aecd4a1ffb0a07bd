UPDATE task SET script_config = (SELECT config FROM script_config WHERE id = task.config_id)
WHERE config_id IS NOT NULL;
DROP INDEX task_by_config;
ALTER TABLE task DROP COLUMN config_bytes;
ALTER TABLE task DROP COLUMN config_id;
DROP TABLE script_config;
