DROP TABLE setting;
DROP TABLE device;
DROP TABLE device_group;
DROP INDEX account_by_serial;
ALTER TABLE account DROP COLUMN updated_at;
ALTER TABLE account DROP COLUMN note;
ALTER TABLE account DROP COLUMN enabled;
ALTER TABLE account DROP COLUMN package;
