-- When this data directory was made, and the latest time at which a server is known to have worked on it: the trial and
-- the clock are judged by them. One row.
CREATE TABLE installation (
    id        INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    made_at   BIGINT NOT NULL,
    last_seen BIGINT NOT NULL
);
