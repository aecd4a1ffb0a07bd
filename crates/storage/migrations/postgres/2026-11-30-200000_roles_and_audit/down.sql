DROP TABLE audit;

-- The version before knows no end of a token and no role: what has either would be valid for ever, or for everything.
DELETE FROM access_token WHERE rotated_at IS NOT NULL OR expires_at IS NOT NULL OR role <> 'admin';
DROP INDEX access_token_name;
ALTER TABLE access_token ADD CONSTRAINT access_token_name_key UNIQUE (name);
ALTER TABLE access_token DROP COLUMN rotated_at;
ALTER TABLE access_token DROP COLUMN expires_at;
ALTER TABLE access_token DROP COLUMN role;
