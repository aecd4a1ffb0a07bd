DROP TABLE account_tag;
