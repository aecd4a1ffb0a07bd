ALTER TABLE device DROP COLUMN storage_total;
ALTER TABLE device DROP COLUMN storage_free;
ALTER TABLE device DROP COLUMN battery_temperature;
