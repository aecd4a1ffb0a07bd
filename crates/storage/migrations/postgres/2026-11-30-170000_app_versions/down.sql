DROP TABLE device_app;
ALTER TABLE task DROP COLUMN app_version;
ALTER TABLE attempt DROP COLUMN app_version;
