-- A token has a role; those that exist keep every right. A name may have several rows: the token of today, and those that it
-- took the place of, which are valid for their time of grace.
ALTER TABLE access_token RENAME TO access_token_before;
CREATE TABLE access_token (
    -- The part of the token that may be shown; of the whole there is only the hash.
    id           TEXT PRIMARY KEY NOT NULL,
    name         TEXT NOT NULL,
    hash         BLOB NOT NULL CHECK (length(hash) = 32),
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT,
    role         TEXT NOT NULL,
    expires_at   BIGINT,
    -- When another secret took its place.
    rotated_at   BIGINT
) WITHOUT ROWID;
INSERT INTO access_token (id, name, hash, created_at, last_used_at, role)
    SELECT id, name, hash, created_at, last_used_at, 'admin' FROM access_token_before;
DROP TABLE access_token_before;
CREATE UNIQUE INDEX access_token_name ON access_token (name) WHERE rotated_at IS NULL;

-- Who changed what: one row for each request or command that changes something. Only the newest are kept, and they are read
-- rarely: an index beside the key would cost every change more than it saves.
CREATE TABLE audit (
    id         INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    at         BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor      TEXT NOT NULL,
    token_id   TEXT,
    role       TEXT,
    address    TEXT,
    operation  TEXT NOT NULL,
    method     TEXT,
    path       TEXT,
    -- A line for each kind of things: the kind, how many they are, and their ids, divided by tabs.
    subjects   TEXT NOT NULL,
    changed    BIGINT,
    -- The HTTP status and the code of the answer, both or neither.
    status     INTEGER,
    code       INTEGER
);
