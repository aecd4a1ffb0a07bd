-- What happened, in the order in which it happened. It is written with the change itself, and forgotten after a while.
-- Nothing refers to the tasks: events outlive them.
CREATE TABLE event (
    id       INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    at       BIGINT NOT NULL,
    kind     TEXT NOT NULL,
    task_id  BIGINT,
    serial   TEXT,
    attempt  INTEGER,
    progress INTEGER,
    retry_at BIGINT,
    outcome  TEXT,
    -- The step, the remark, or why a phone is in its state.
    text     TEXT,
    address  TEXT,
    state    TEXT
);
