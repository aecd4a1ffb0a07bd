-- What the clock showed when it was first found to be before last_seen, while it is.
ALTER TABLE installation ADD COLUMN set_back_at BIGINT;
-- When the newest of the licences that were in force was issued.
ALTER TABLE installation ADD COLUMN newest_license BIGINT;
