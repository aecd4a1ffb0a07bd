-- The tasks of requests with an interval.
CREATE TABLE pace (
    task_id BIGINT PRIMARY KEY NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    -- The number of the request's first task, though that may be gone.
    request BIGINT NOT NULL,
    -- Milliseconds between the start of the request's task before it on the same phone, and its own.
    gap     BIGINT NOT NULL CHECK (gap >= 0)
);
