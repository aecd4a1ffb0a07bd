-- What the new state of a phone means for the work on it: 'lost' or 'back', where it means any of it.
ALTER TABLE event ADD COLUMN presence TEXT;

-- Whether the phone of each serial could be used when that was last known. It outlives the events, so that a phone that
-- was lost long ago is back when it comes.
CREATE TABLE device_presence (
    serial   TEXT PRIMARY KEY NOT NULL,
    is_ready BOOLEAN NOT NULL
) WITHOUT ROWID;

-- URLs that are called when something happens. The secret is stored as it is: deliveries are signed with it.
CREATE TABLE webhook (
    id              INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    url             TEXT NOT NULL,
    -- The kinds of events, separated by commas.
    events          TEXT NOT NULL,
    description     TEXT NOT NULL,
    secret          TEXT NOT NULL,
    enabled         BOOLEAN NOT NULL,
    disabled_reason TEXT,
    -- The last event that it has got, or does not get.
    position        BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL
);

-- Events on their way to webhooks, and the log of those that have arrived or were given up. They hold all that is sent:
-- the events and tasks may be deleted meanwhile.
CREATE TABLE webhook_delivery (
    id           INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    webhook_id   BIGINT NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    message_id   TEXT NOT NULL,
    event        TEXT NOT NULL,
    body         TEXT NOT NULL,
    status       TEXT NOT NULL,
    attempts     INTEGER NOT NULL CHECK (attempts >= 0),
    http_status  INTEGER,
    error        TEXT,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    attempted_at BIGINT,
    -- When the next attempt is due. While one is under way, when its server is taken for dead.
    next_at      BIGINT,
    -- The attempt that is under way.
    claim        TEXT,
    settled_at   BIGINT
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (webhook_id, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX webhook_delivery_settled ON webhook_delivery (settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX webhook_delivery_listed ON webhook_delivery (webhook_id, id);
