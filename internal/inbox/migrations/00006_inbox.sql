-- +goose Up
CREATE TABLE mentions (
    id TEXT PRIMARY KEY,
    network TEXT NOT NULL,
    item TEXT NOT NULL,                       -- its address on the network
    account TEXT NOT NULL,                    -- the first of ours that saw it
    ref TEXT NOT NULL,
    person BIGINT NOT NULL,
    author TEXT NOT NULL,
    text TEXT NOT NULL,
    language TEXT NOT NULL,
    direct BOOLEAN NOT NULL,
    names TEXT NOT NULL,
    reply_to TEXT NOT NULL,
    at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('new', 'answered', 'silent', 'desk', 'closed')),
    rule TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    answered_by TEXT NOT NULL DEFAULT '',     -- the account
    decided_at BIGINT,
    UNIQUE (network, item)
);
CREATE INDEX mentions_state ON mentions (state, received_at);
CREATE INDEX mentions_person ON mentions (person, received_at);
CREATE INDEX mentions_rule ON mentions (rule, decided_at);
CREATE TABLE cursors (
    account TEXT PRIMARY KEY,
    cursor TEXT NOT NULL,
    at BIGINT NOT NULL
);
