-- The library of materials, and who has which of them. A reservation is a lease: it holds for as long as its task works
-- under that lease, so that nothing has to be given back when an attempt ends, however it does.
CREATE TABLE material (
    id            INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name          TEXT NOT NULL,
    file          TEXT NOT NULL UNIQUE,
    thumbnail     TEXT,
    media_type    TEXT NOT NULL,
    size          BIGINT NOT NULL CHECK (size > 0),
    sha256        TEXT NOT NULL UNIQUE,
    caption       TEXT NOT NULL,
    username      TEXT,
    sort          INTEGER NOT NULL,
    -- Who took it last, if anybody did. The task may be deleted by now.
    task_id       BIGINT,
    lease         TEXT,
    -- When it began to be published: from then on it may be public.
    publishing_at BIGINT,
    used_at       BIGINT,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL
);
CREATE INDEX material_by_lease ON material (lease);
CREATE INDEX material_by_username ON material (username, id);

CREATE TABLE material_tag (
    material_id BIGINT NOT NULL REFERENCES material (id) ON DELETE CASCADE,
    tag         TEXT NOT NULL,
    PRIMARY KEY (material_id, tag)
) WITHOUT ROWID;
CREATE INDEX material_by_tag ON material_tag (tag, material_id);

-- Files of folders on the server that tasks have taken.
CREATE TABLE local_file (
    path          TEXT NOT NULL,
    size          BIGINT NOT NULL,
    task_id       BIGINT NOT NULL,
    lease         TEXT NOT NULL,
    publishing_at BIGINT,
    used_at       BIGINT,
    PRIMARY KEY (path, size)
) WITHOUT ROWID;
CREATE INDEX local_file_by_lease ON local_file (lease);
