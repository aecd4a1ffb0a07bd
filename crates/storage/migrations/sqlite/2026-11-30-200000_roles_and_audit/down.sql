DROP TABLE audit;

ALTER TABLE access_token RENAME TO access_token_after;
CREATE TABLE access_token (
    -- The part of the token that may be shown; of the whole there is only the hash.
    id           TEXT PRIMARY KEY NOT NULL,
    name         TEXT NOT NULL UNIQUE,
    hash         BLOB NOT NULL CHECK (length(hash) = 32),
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT
) WITHOUT ROWID;
-- The version before knows no end of a token and no role: what has either would be valid for ever, or for everything.
INSERT INTO access_token (id, name, hash, created_at, last_used_at)
    SELECT id, name, hash, created_at, last_used_at FROM access_token_after
    WHERE rotated_at IS NULL AND expires_at IS NULL AND role = 'admin';
DROP TABLE access_token_after;
