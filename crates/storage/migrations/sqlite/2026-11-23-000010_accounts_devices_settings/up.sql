-- What tasks refer to: accounts in full, phones by their serial, groups of phones, and settings by name.

ALTER TABLE account ADD COLUMN package TEXT;
ALTER TABLE account ADD COLUMN enabled BOOLEAN NOT NULL DEFAULT 1;
ALTER TABLE account ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0;
UPDATE account SET updated_at = created_at;
CREATE INDEX account_by_serial ON account (serial, id);

CREATE TABLE device_group (
    id         INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name       TEXT NOT NULL UNIQUE,
    note       TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE device (
    serial          TEXT PRIMARY KEY NOT NULL,
    name            TEXT,
    group_id        BIGINT REFERENCES device_group (id) ON DELETE SET NULL,
    -- What the phone said of itself, and when; none until it was connected once.
    model           TEXT,
    android_version TEXT,
    width           INTEGER,
    height          INTEGER,
    battery         INTEGER,
    facts_at        BIGINT,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX device_by_group ON device (group_id, serial);

-- Phones that older versions knew only through their tasks and accounts.
INSERT INTO device (serial, created_at, updated_at)
    SELECT serial, MIN(created_at), MIN(created_at) FROM (
        SELECT serial, created_at FROM task WHERE serial IS NOT NULL
        UNION ALL
        SELECT serial, created_at FROM account WHERE serial IS NOT NULL
    ) AS named GROUP BY serial;

-- Settings that differ from their default.
CREATE TABLE setting (
    name  TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) WITHOUT ROWID;
