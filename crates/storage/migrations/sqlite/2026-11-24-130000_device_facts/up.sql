ALTER TABLE device ADD COLUMN battery_temperature INTEGER;
ALTER TABLE device ADD COLUMN storage_free BIGINT;
ALTER TABLE device ADD COLUMN storage_total BIGINT;
