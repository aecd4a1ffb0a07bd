DROP INDEX task_interrupted;
ALTER TABLE task DROP COLUMN interrupted_steps;
ALTER TABLE task DROP COLUMN interruptions;
ALTER TABLE attempt DROP COLUMN marked_at;
ALTER TABLE attempt DROP COLUMN mark;
