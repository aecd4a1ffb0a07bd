-- Whether a phone of this serial was ever connected. A serial that only tasks, accounts or people name may be misspelt.
ALTER TABLE device ADD COLUMN seen BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE device SET seen = TRUE WHERE facts_at IS NOT NULL;

-- The names near a misspelt one are sought in their order.
CREATE INDEX device_by_name ON device (name) WHERE name IS NOT NULL;
