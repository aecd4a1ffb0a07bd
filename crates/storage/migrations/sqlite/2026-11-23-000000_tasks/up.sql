-- Times are milliseconds since 1970 in UTC. Ids are never used twice, not even those of deleted tasks.

CREATE TABLE account (
    id         INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    username   TEXT NOT NULL,
    app        TEXT NOT NULL,
    serial     TEXT,
    created_at BIGINT NOT NULL,
    UNIQUE (username, app)
);

CREATE TABLE task (
    id            INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    serial        TEXT,
    username      TEXT,
    app           TEXT NOT NULL,
    script_name   TEXT NOT NULL,
    script_config TEXT NOT NULL,
    source        TEXT NOT NULL,
    status        INTEGER NOT NULL CHECK (status BETWEEN 0 AND 3),
    outcome       TEXT,
    remark        TEXT,
    lease         TEXT,
    start_time    BIGINT,
    -- start_time, or created_at where that is later or the only one: the order in which a phone takes its tasks.
    due_at        BIGINT NOT NULL,
    started_at    BIGINT,
    finished_at   BIGINT,
    progress      INTEGER NOT NULL CHECK (progress BETWEEN 0 AND 100),
    step          TEXT,
    attempt_count INTEGER NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    CHECK ((status = 1) = (lease IS NOT NULL)),
    CHECK ((status >= 2) = (outcome IS NOT NULL)),
    CHECK ((status >= 2) = (finished_at IS NOT NULL)),
    CHECK ((status = 0) = (started_at IS NULL))
);

-- The claim: equal serial and status, then in the order of the index.
CREATE INDEX task_claim ON task (serial, status, due_at, id);
-- The lists, newest first, each by the one filter that narrows it most; with the status, by which they are filtered most
-- often beside it, a count or a search for few among many reads the index alone.
CREATE INDEX task_by_status ON task (status, id);
CREATE INDEX task_by_serial ON task (serial, id, status);
CREATE INDEX task_by_username ON task (username, id, status);
CREATE INDEX task_by_script ON task (script_name, id, status);
CREATE INDEX task_by_source ON task (source, id, status);

CREATE TABLE attempt (
    task_id      BIGINT NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    number       INTEGER NOT NULL CHECK (number >= 1),
    lease        TEXT NOT NULL,
    started_at   BIGINT NOT NULL,
    finished_at  BIGINT,
    outcome      TEXT,
    remark       TEXT,
    -- How many records of any kind the attempt has: steps, log lines and artifacts are numbered together.
    record_count INTEGER NOT NULL,
    PRIMARY KEY (task_id, number)
) WITHOUT ROWID;

CREATE TABLE step (
    task_id    BIGINT NOT NULL,
    attempt    INTEGER NOT NULL,
    number     INTEGER NOT NULL,
    text       TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    PRIMARY KEY (task_id, attempt, number),
    FOREIGN KEY (task_id, attempt) REFERENCES attempt (task_id, number) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE task_log (
    task_id BIGINT NOT NULL,
    attempt INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    at      BIGINT NOT NULL,
    level   TEXT NOT NULL,
    text    TEXT NOT NULL,
    PRIMARY KEY (task_id, attempt, number),
    FOREIGN KEY (task_id, attempt) REFERENCES attempt (task_id, number) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE artifact (
    task_id BIGINT NOT NULL,
    attempt INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    at      BIGINT NOT NULL,
    kind    TEXT NOT NULL,
    file    TEXT NOT NULL,
    PRIMARY KEY (task_id, attempt, number),
    FOREIGN KEY (task_id, attempt) REFERENCES attempt (task_id, number) ON DELETE CASCADE
) WITHOUT ROWID;
