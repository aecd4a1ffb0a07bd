-- Whose turn it is among the lines of a source, such as the captions of a task or a file of sounds: every turn before `next`
-- is used. A source is a hash, or short.
CREATE TABLE turn_counter (
    owner  TEXT NOT NULL,
    source TEXT NOT NULL,
    next   BIGINT NOT NULL CHECK (next >= 0),
    PRIMARY KEY (owner, source)
) WITHOUT ROWID;

-- Turns that tasks have taken, from `next` on. A reservation is a lease, as that of a material.
CREATE TABLE turn (
    owner         TEXT NOT NULL,
    source        TEXT NOT NULL,
    position      BIGINT NOT NULL CHECK (position >= 0),
    task_id       BIGINT NOT NULL,
    lease         TEXT NOT NULL,
    publishing_at BIGINT,
    used_at       BIGINT,
    PRIMARY KEY (owner, source, position)
) WITHOUT ROWID;
CREATE INDEX turn_by_lease ON turn (lease);
CREATE INDEX turn_by_task ON turn (task_id);
