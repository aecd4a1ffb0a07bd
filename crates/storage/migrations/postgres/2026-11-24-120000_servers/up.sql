-- The servers that work on this database, each with how often it has said that it lives: one that says nothing new for
-- long is dead, and what it left running is ended by another. The leases of tasks begin with the id of their server.
CREATE TABLE server (
    id    TEXT PRIMARY KEY NOT NULL,
    beats BIGINT NOT NULL
);

-- Grows with every change that may give a phone work, but for new tasks, which task_number tells of. One row.
CREATE TABLE bell (rung BIGINT PRIMARY KEY NOT NULL) WITH (fillfactor = 50);
INSERT INTO bell VALUES (0);

-- Running tasks that a server was asked to stop which does not run them, for the one that does.
CREATE TABLE stop_request (
    task_id BIGINT PRIMARY KEY NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    lease   TEXT NOT NULL
);

-- How many transactions have changed something that is listed: by it all servers tell whether anything has changed. On
-- SQLite the one server that may change anything counts in its memory. One row.
CREATE TABLE change_count (changes BIGINT PRIMARY KEY NOT NULL) WITH (fillfactor = 50);
INSERT INTO change_count VALUES (0);
