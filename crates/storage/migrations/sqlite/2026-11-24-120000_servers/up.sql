-- The servers that work on this database, each with how often it has said that it lives: one that says nothing new for
-- long is dead, and what it left running is ended by another. The leases of tasks begin with the id of their server.
CREATE TABLE server (
    id    TEXT PRIMARY KEY NOT NULL,
    beats BIGINT NOT NULL
) WITHOUT ROWID;

-- Grows with every change that may give a phone work, but for new tasks, which task_number tells of. One row.
CREATE TABLE bell (rung BIGINT PRIMARY KEY NOT NULL) WITHOUT ROWID;
INSERT INTO bell VALUES (0);

-- Running tasks that a server was asked to stop which does not run them, for the one that does.
CREATE TABLE stop_request (
    task_id BIGINT PRIMARY KEY NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    lease   TEXT NOT NULL
) WITHOUT ROWID;
