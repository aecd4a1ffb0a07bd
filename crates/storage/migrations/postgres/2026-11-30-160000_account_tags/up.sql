-- The tags of accounts, by which lists are filtered.
CREATE TABLE account_tag (
    account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    tag        TEXT NOT NULL,
    PRIMARY KEY (account_id, tag)
);
CREATE INDEX account_by_tag ON account_tag (tag, account_id);
