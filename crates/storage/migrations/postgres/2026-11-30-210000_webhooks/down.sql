DROP TABLE webhook_delivery;
DROP TABLE webhook;
DROP TABLE device_presence;
ALTER TABLE event DROP COLUMN presence;
