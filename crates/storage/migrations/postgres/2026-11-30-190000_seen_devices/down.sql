DROP INDEX device_by_name;
ALTER TABLE device DROP COLUMN seen;
