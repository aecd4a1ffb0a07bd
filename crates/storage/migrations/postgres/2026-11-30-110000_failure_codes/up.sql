-- Why a task did not succeed, for programs. Of older tasks only what their outcome says is known.
ALTER TABLE task ADD COLUMN failure_code TEXT;
ALTER TABLE attempt ADD COLUMN failure_code TEXT;
ALTER TABLE event ADD COLUMN failure_code TEXT;
-- What the script returned, as JSON.
ALTER TABLE attempt ADD COLUMN result TEXT;

UPDATE task SET failure_code = outcome WHERE outcome IN ('stopped', 'timed_out', 'interrupted');
UPDATE attempt SET failure_code = outcome WHERE outcome IN ('stopped', 'timed_out', 'interrupted');
UPDATE event SET failure_code = outcome WHERE outcome IN ('stopped', 'timed_out', 'interrupted');
