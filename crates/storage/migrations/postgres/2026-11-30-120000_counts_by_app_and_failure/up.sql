-- Kinds and groups of tasks are divided by app and failure code too, so that lists can be filtered by them.
DROP TRIGGER task_counted_over ON task;
DROP TRIGGER task_counted_out ON task;
DROP TRIGGER task_counted_in ON task;
DROP FUNCTION task_count_over();
DROP FUNCTION task_count_out();
DROP FUNCTION task_count_in();
DROP INDEX task_by_group;
DROP INDEX task_by_kind;
DROP TABLE task_group;
DROP TABLE task_kind;

CREATE TABLE task_kind (
    status      INTEGER NOT NULL,
    script_name TEXT NOT NULL,
    source      TEXT NOT NULL,
    app         TEXT NOT NULL,
    failure_code TEXT NOT NULL,
    tasks       INTEGER NOT NULL,
    PRIMARY KEY (status, script_name, source, app, failure_code)
) WITH (fillfactor = 50);

CREATE TABLE task_group (
    serial      TEXT NOT NULL,
    username    TEXT NOT NULL,
    script_name TEXT NOT NULL,
    source      TEXT NOT NULL,
    app         TEXT NOT NULL,
    failure_code TEXT NOT NULL,
    status      INTEGER NOT NULL,
    tasks       INTEGER NOT NULL,
    PRIMARY KEY (serial, username, script_name, source, app, failure_code, status)
) WITH (fillfactor = 50);
CREATE INDEX task_group_by_username ON task_group (username);

INSERT INTO task_kind SELECT status, script_name, source, app, COALESCE(failure_code, ''), COUNT(*) FROM task GROUP BY 1, 2, 3, 4, 5;
INSERT INTO task_group
    SELECT COALESCE(serial, ''), COALESCE(username, ''), script_name, source, app, COALESCE(failure_code, ''), status, COUNT(*)
    FROM task GROUP BY 1, 2, 3, 4, 5, 6, 7;

-- By the negative id: for the newest of a group that has nothing left below a cursor, the planner would otherwise walk
-- the primary key to its end, since that has the wanted order too.
CREATE INDEX task_by_kind ON task (status, script_name, source, app, COALESCE(failure_code, ''), (-id));
CREATE INDEX task_by_group ON task
    (COALESCE(serial, ''), COALESCE(username, ''), script_name, source, app, COALESCE(failure_code, ''), status, (-id));

-- One statement changes each count once, however many tasks it changes: within a transaction, each new version of a
-- count makes the next one dearer.
CREATE FUNCTION task_count_in() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO task_kind AS kept SELECT status, script_name, source, app, COALESCE(failure_code, ''), COUNT(*)
        FROM after GROUP BY 1, 2, 3, 4, 5
        ON CONFLICT (status, script_name, source, app, failure_code) DO UPDATE SET tasks = kept.tasks + excluded.tasks;
    INSERT INTO task_group AS kept
        SELECT COALESCE(serial, ''), COALESCE(username, ''), script_name, source, app, COALESCE(failure_code, ''), status, COUNT(*)
        FROM after GROUP BY 1, 2, 3, 4, 5, 6, 7
        ON CONFLICT (serial, username, script_name, source, app, failure_code, status) DO UPDATE SET tasks = kept.tasks + excluded.tasks;
    RETURN NULL;
END $$;

CREATE FUNCTION task_count_out() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    UPDATE task_kind kept SET tasks = kept.tasks - gone.tasks
        FROM (
            SELECT status, script_name, source, app, COALESCE(failure_code, '') AS failure_code, COUNT(*) AS tasks
            FROM before GROUP BY 1, 2, 3, 4, 5
        ) gone
        WHERE kept.status = gone.status AND kept.script_name = gone.script_name AND kept.source = gone.source
        AND kept.app = gone.app AND kept.failure_code = gone.failure_code;
    DELETE FROM task_kind WHERE tasks = 0;
    UPDATE task_group kept SET tasks = kept.tasks - gone.tasks
        FROM (
            SELECT COALESCE(serial, '') AS serial, COALESCE(username, '') AS username, script_name, source, app,
                COALESCE(failure_code, '') AS failure_code, status, COUNT(*) AS tasks
            FROM before GROUP BY 1, 2, 3, 4, 5, 6, 7
        ) gone
        WHERE kept.serial = gone.serial AND kept.username = gone.username AND kept.script_name = gone.script_name
        AND kept.source = gone.source AND kept.app = gone.app AND kept.failure_code = gone.failure_code
        AND kept.status = gone.status;
    DELETE FROM task_group kept USING before gone
        WHERE kept.serial = COALESCE(gone.serial, '') AND kept.username = COALESCE(gone.username, '')
        AND kept.script_name = gone.script_name AND kept.source = gone.source AND kept.app = gone.app
        AND kept.failure_code = COALESCE(gone.failure_code, '') AND kept.status = gone.status AND kept.tasks = 0;
    RETURN NULL;
END $$;

CREATE FUNCTION task_count_over() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    change RECORD;
BEGIN
    FOR change IN
        SELECT status, script_name, source, app, failure_code, SUM(tasks)::INTEGER AS tasks FROM (
            SELECT status, script_name, source, app, COALESCE(failure_code, '') AS failure_code, -1 AS tasks FROM before
            UNION ALL SELECT status, script_name, source, app, COALESCE(failure_code, ''), 1 FROM after
        ) changes GROUP BY 1, 2, 3, 4, 5 HAVING SUM(tasks) <> 0
    LOOP
        INSERT INTO task_kind AS kept VALUES
            (change.status, change.script_name, change.source, change.app, change.failure_code, change.tasks)
            ON CONFLICT (status, script_name, source, app, failure_code) DO UPDATE SET tasks = kept.tasks + excluded.tasks;
        DELETE FROM task_kind WHERE status = change.status AND script_name = change.script_name
            AND source = change.source AND app = change.app AND failure_code = change.failure_code AND tasks = 0;
    END LOOP;
    FOR change IN
        SELECT serial, username, script_name, source, app, failure_code, status, SUM(tasks)::INTEGER AS tasks FROM (
            SELECT COALESCE(serial, '') AS serial, COALESCE(username, '') AS username, script_name, source, app,
                COALESCE(failure_code, '') AS failure_code, status, -1 AS tasks FROM before
            UNION ALL SELECT COALESCE(serial, ''), COALESCE(username, ''), script_name, source, app,
                COALESCE(failure_code, ''), status, 1 FROM after
        ) changes GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING SUM(tasks) <> 0
    LOOP
        INSERT INTO task_group AS kept
            VALUES (change.serial, change.username, change.script_name, change.source, change.app, change.failure_code,
                change.status, change.tasks)
            ON CONFLICT (serial, username, script_name, source, app, failure_code, status) DO UPDATE SET tasks = kept.tasks + excluded.tasks;
        DELETE FROM task_group WHERE serial = change.serial AND username = change.username
            AND script_name = change.script_name AND source = change.source AND app = change.app
            AND failure_code = change.failure_code AND status = change.status AND tasks = 0;
    END LOOP;
    RETURN NULL;
END $$;

CREATE TRIGGER task_counted_in AFTER INSERT ON task
    REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION task_count_in();
CREATE TRIGGER task_counted_out AFTER DELETE ON task
    REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION task_count_out();
CREATE TRIGGER task_counted_over AFTER UPDATE ON task
    REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION task_count_over();
