-- Grows with every change that may give a device work, but for new tasks, which task_number counts. One row.
ALTER TABLE bell RENAME TO wakeup;
ALTER TABLE wakeup RENAME COLUMN rung TO version;
ALTER TABLE wakeup RENAME CONSTRAINT bell_pkey TO wakeup_pkey;

-- The tasks of requests with an interval.
ALTER TABLE pace RENAME TO task_interval;
ALTER TABLE task_interval RENAME CONSTRAINT pace_pkey TO task_interval_pkey;
ALTER TABLE task_interval RENAME CONSTRAINT pace_gap_check TO task_interval_gap_check;
ALTER TABLE task_interval RENAME CONSTRAINT pace_task_id_fkey TO task_interval_task_id_fkey;

-- Marks a transaction that writes a tracked table: one that an answer about tasks or an event shows. The last statement of
-- a marked transaction raises change_count, once, because each new version of a row makes the next one in the same
-- transaction dearer.
CREATE FUNCTION record_change() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('tikmatrix.changed', '1', true);
    RETURN NULL;
END $$;

CREATE TRIGGER account_changed AFTER INSERT OR UPDATE OR DELETE ON account
    FOR EACH STATEMENT EXECUTE FUNCTION record_change();
CREATE TRIGGER artifact_changed AFTER INSERT OR UPDATE OR DELETE ON artifact
    FOR EACH STATEMENT EXECUTE FUNCTION record_change();
CREATE TRIGGER attempt_changed AFTER INSERT OR UPDATE OR DELETE ON attempt
    FOR EACH STATEMENT EXECUTE FUNCTION record_change();
CREATE TRIGGER device_changed AFTER INSERT OR UPDATE OR DELETE ON device
    FOR EACH STATEMENT EXECUTE FUNCTION record_change();
CREATE TRIGGER device_group_changed AFTER INSERT OR UPDATE OR DELETE ON device_group
    FOR EACH STATEMENT EXECUTE FUNCTION record_change();
CREATE TRIGGER event_changed AFTER INSERT OR UPDATE OR DELETE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION record_change();
CREATE TRIGGER setting_changed AFTER INSERT OR UPDATE OR DELETE ON setting
    FOR EACH STATEMENT EXECUTE FUNCTION record_change();
CREATE TRIGGER step_changed AFTER INSERT OR UPDATE OR DELETE ON step
    FOR EACH STATEMENT EXECUTE FUNCTION record_change();
CREATE TRIGGER task_changed AFTER INSERT OR UPDATE OR DELETE ON task
    FOR EACH STATEMENT EXECUTE FUNCTION record_change();
CREATE TRIGGER task_log_changed AFTER INSERT OR UPDATE OR DELETE ON task_log
    FOR EACH STATEMENT EXECUTE FUNCTION record_change();

-- The packages of apps are a map: one setting for each app that does not have its usual package.
DELETE FROM setting WHERE name IN ('tiktok_package', 'instagram_package') AND value = '';
UPDATE setting SET name = 'package/tiktok' WHERE name = 'tiktok_package';
UPDATE setting SET name = 'package/instagram' WHERE name = 'instagram_package';
