DROP TABLE request_key;
DROP INDEX task_claim;
CREATE INDEX task_claim ON task (serial, status, due_at, id);
ALTER TABLE task DROP COLUMN retry_at;
ALTER TABLE task DROP COLUMN retry_count;
ALTER TABLE task DROP COLUMN time_limit;
ALTER TABLE task DROP COLUMN max_retries;
ALTER TABLE task DROP COLUMN priority;
