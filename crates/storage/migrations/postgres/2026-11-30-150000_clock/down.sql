ALTER TABLE installation DROP COLUMN newest_license;
ALTER TABLE installation DROP COLUMN set_back_at;
