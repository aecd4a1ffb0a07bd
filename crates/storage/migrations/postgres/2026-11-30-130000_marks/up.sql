-- What an attempt saw before it did what cannot be undone, as JSON. While it stands, it is not known whether that was done.
ALTER TABLE attempt ADD COLUMN mark TEXT;
ALTER TABLE attempt ADD COLUMN marked_at BIGINT;
-- Ends of the server during attempts at the task, since an attempt last began a step that none before it had begun.
ALTER TABLE task ADD COLUMN interruptions INTEGER NOT NULL DEFAULT 0 CHECK (interruptions >= 0);
-- The number of different steps that the attempts had begun by the last of these ends.
ALTER TABLE task ADD COLUMN interrupted_steps INTEGER NOT NULL DEFAULT 0 CHECK (interrupted_steps >= 0);

-- The claim takes interrupted tasks first.
CREATE INDEX task_interrupted ON task (serial, due_at, id) WHERE status = 0 AND interruptions > 0;

-- Attempts of the versions before did not record what they saw: those that came to tap Post, and were not seen to succeed,
-- may have published.
UPDATE attempt SET mark = '{}'
WHERE (outcome IS NULL OR outcome <> 'succeeded') AND EXISTS (
    SELECT 1 FROM step JOIN task ON task.id = step.task_id
    WHERE step.task_id = attempt.task_id AND step.attempt = attempt.number AND step.text = 'tap Post'
        AND task.script_name = 'post'
);
