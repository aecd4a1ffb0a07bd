CREATE TABLE access_token (
    -- The part of the token that may be shown; of the whole there is only the hash.
    id           TEXT PRIMARY KEY NOT NULL,
    name         TEXT NOT NULL UNIQUE,
    hash         BYTEA NOT NULL CHECK (length(hash) = 32),
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT
);
