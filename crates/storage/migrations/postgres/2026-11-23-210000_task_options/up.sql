-- How a task is treated, how often it was sent to be begun again, and when that is due.
ALTER TABLE task ADD COLUMN priority INTEGER NOT NULL DEFAULT 0 CHECK (priority BETWEEN -100 AND 100);
ALTER TABLE task ADD COLUMN max_retries INTEGER NOT NULL DEFAULT 0 CHECK (max_retries >= 0);
-- Milliseconds; none means the server's own limit.
ALTER TABLE task ADD COLUMN time_limit BIGINT CHECK (time_limit > 0);
ALTER TABLE task ADD COLUMN retry_count INTEGER NOT NULL DEFAULT 0 CHECK (retry_count >= 0);
-- Only of a pending task whose last attempt failed for now. Its due_at is then this moment.
ALTER TABLE task ADD COLUMN retry_at BIGINT;

-- The claim: within each priority that a phone has pending tasks of, the one that has been due longest.
DROP INDEX task_claim;
CREATE INDEX task_claim ON task (serial, status, priority, due_at, id);

-- What requests with an Idempotency-Key were answered, for as long as the key holds.
CREATE TABLE request_key (
    key         TEXT PRIMARY KEY NOT NULL,
    -- The hash of the body that the key was first used with.
    fingerprint TEXT NOT NULL,
    answer      TEXT NOT NULL,
    used_at     BIGINT NOT NULL
);
CREATE INDEX request_key_by_age ON request_key (used_at);
