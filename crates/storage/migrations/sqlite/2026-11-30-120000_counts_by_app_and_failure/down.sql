DROP TRIGGER task_counted_over;
DROP TRIGGER task_counted_out;
DROP TRIGGER task_counted_in;
DROP INDEX task_by_group;
DROP INDEX task_by_kind;
DROP TABLE task_group;
DROP TABLE task_kind;

CREATE TABLE task_kind (
    status      INTEGER NOT NULL,
    script_name TEXT NOT NULL,
    source      TEXT NOT NULL,
    tasks       INTEGER NOT NULL,
    PRIMARY KEY (status, script_name, source)
) WITHOUT ROWID;

CREATE TABLE task_group (
    serial      TEXT NOT NULL,
    username    TEXT NOT NULL,
    script_name TEXT NOT NULL,
    source      TEXT NOT NULL,
    status      INTEGER NOT NULL,
    tasks       INTEGER NOT NULL,
    PRIMARY KEY (serial, username, script_name, source, status)
) WITHOUT ROWID;
CREATE INDEX task_group_by_username ON task_group (username);

INSERT INTO task_kind SELECT status, script_name, source, COUNT(*) FROM task GROUP BY 1, 2, 3;
INSERT INTO task_group
    SELECT COALESCE(serial, ''), COALESCE(username, ''), script_name, source, status, COUNT(*)
    FROM task GROUP BY 1, 2, 3, 4, 5;

CREATE INDEX task_by_kind ON task (status, script_name, source, id);
CREATE INDEX task_by_group ON task (COALESCE(serial, ''), COALESCE(username, ''), script_name, source, status, id);

CREATE TRIGGER task_counted_in AFTER INSERT ON task BEGIN
    INSERT INTO task_kind VALUES (NEW.status, NEW.script_name, NEW.source, 1)
        ON CONFLICT (status, script_name, source) DO UPDATE SET tasks = tasks + 1;
    INSERT INTO task_group
        VALUES (COALESCE(NEW.serial, ''), COALESCE(NEW.username, ''), NEW.script_name, NEW.source, NEW.status, 1)
        ON CONFLICT (serial, username, script_name, source, status) DO UPDATE SET tasks = tasks + 1;
END;

CREATE TRIGGER task_counted_out AFTER DELETE ON task BEGIN
    UPDATE task_kind SET tasks = tasks - 1
        WHERE status = OLD.status AND script_name = OLD.script_name AND source = OLD.source;
    DELETE FROM task_kind
        WHERE status = OLD.status AND script_name = OLD.script_name AND source = OLD.source AND tasks = 0;
    UPDATE task_group SET tasks = tasks - 1
        WHERE serial = COALESCE(OLD.serial, '') AND username = COALESCE(OLD.username, '')
        AND script_name = OLD.script_name AND source = OLD.source AND status = OLD.status;
    DELETE FROM task_group
        WHERE serial = COALESCE(OLD.serial, '') AND username = COALESCE(OLD.username, '')
        AND script_name = OLD.script_name AND source = OLD.source AND status = OLD.status AND tasks = 0;
END;

CREATE TRIGGER task_counted_over AFTER UPDATE OF status, serial, username, script_name, source ON task
WHEN OLD.status <> NEW.status OR OLD.serial IS NOT NEW.serial OR OLD.username IS NOT NEW.username
    OR OLD.script_name <> NEW.script_name OR OLD.source <> NEW.source
BEGIN
    UPDATE task_kind SET tasks = tasks - 1
        WHERE status = OLD.status AND script_name = OLD.script_name AND source = OLD.source;
    DELETE FROM task_kind
        WHERE status = OLD.status AND script_name = OLD.script_name AND source = OLD.source AND tasks = 0;
    INSERT INTO task_kind VALUES (NEW.status, NEW.script_name, NEW.source, 1)
        ON CONFLICT (status, script_name, source) DO UPDATE SET tasks = tasks + 1;
    UPDATE task_group SET tasks = tasks - 1
        WHERE serial = COALESCE(OLD.serial, '') AND username = COALESCE(OLD.username, '')
        AND script_name = OLD.script_name AND source = OLD.source AND status = OLD.status;
    DELETE FROM task_group
        WHERE serial = COALESCE(OLD.serial, '') AND username = COALESCE(OLD.username, '')
        AND script_name = OLD.script_name AND source = OLD.source AND status = OLD.status AND tasks = 0;
    INSERT INTO task_group
        VALUES (COALESCE(NEW.serial, ''), COALESCE(NEW.username, ''), NEW.script_name, NEW.source, NEW.status, 1)
        ON CONFLICT (serial, username, script_name, source, status) DO UPDATE SET tasks = tasks + 1;
END;
