UPDATE setting SET name = 'tiktok_package' WHERE name = 'package/tiktok';
UPDATE setting SET name = 'instagram_package' WHERE name = 'package/instagram';
DELETE FROM setting WHERE name LIKE 'package/%';

DROP TRIGGER account_changed ON account;
DROP TRIGGER artifact_changed ON artifact;
DROP TRIGGER attempt_changed ON attempt;
DROP TRIGGER device_changed ON device;
DROP TRIGGER device_group_changed ON device_group;
DROP TRIGGER event_changed ON event;
DROP TRIGGER setting_changed ON setting;
DROP TRIGGER step_changed ON step;
DROP TRIGGER task_changed ON task;
DROP TRIGGER task_log_changed ON task_log;
DROP FUNCTION record_change();

ALTER TABLE task_interval RENAME CONSTRAINT task_interval_task_id_fkey TO pace_task_id_fkey;
ALTER TABLE task_interval RENAME CONSTRAINT task_interval_gap_check TO pace_gap_check;
ALTER TABLE task_interval RENAME CONSTRAINT task_interval_pkey TO pace_pkey;
ALTER TABLE task_interval RENAME TO pace;

ALTER TABLE wakeup RENAME CONSTRAINT wakeup_pkey TO bell_pkey;
ALTER TABLE wakeup RENAME COLUMN version TO rung;
ALTER TABLE wakeup RENAME TO bell;
