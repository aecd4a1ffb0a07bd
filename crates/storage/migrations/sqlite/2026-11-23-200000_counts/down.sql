DROP TRIGGER task_counted_over;
DROP TRIGGER task_counted_out;
DROP TRIGGER task_counted_in;
DROP INDEX task_by_group;
DROP INDEX task_by_kind;
DROP INDEX task_by_username;
DROP INDEX task_by_serial;
CREATE INDEX task_by_status ON task (status, id);
CREATE INDEX task_by_serial ON task (serial, id, status);
CREATE INDEX task_by_username ON task (username, id, status);
CREATE INDEX task_by_script ON task (script_name, id, status);
CREATE INDEX task_by_source ON task (source, id, status);
-- Deleting the newest tasks must not give their numbers again.
INSERT INTO sqlite_sequence (name, seq) SELECT 'task', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'task');
UPDATE sqlite_sequence SET seq = (SELECT last FROM task_number) WHERE name = 'task';
DROP TABLE task_number;
DROP TABLE task_group;
DROP TABLE task_kind;
