ALTER TABLE event DROP COLUMN failure_code;
ALTER TABLE attempt DROP COLUMN result;
ALTER TABLE attempt DROP COLUMN failure_code;
ALTER TABLE task DROP COLUMN failure_code;
