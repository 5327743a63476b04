-- +goose Up
CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,                      -- the part of a key that is no secret
    name TEXT NOT NULL,
    sum TEXT NOT NULL,                        -- of the secret part, SHA-256
    scopes TEXT NOT NULL,                     -- separated by spaces
    offers TEXT NOT NULL DEFAULT '',          -- a partner's: the only ones it sees, separated by spaces; '': all
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    revoked_at BIGINT
);
CREATE UNIQUE INDEX api_keys_name ON api_keys (name) WHERE revoked_at IS NULL;
CREATE TABLE api_answers (                    -- what was answered to a call, for when it is repeated
    api_key TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    call TEXT NOT NULL,                       -- method, path and the sum of the body
    status BIGINT NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (api_key, idempotency_key)
);
CREATE INDEX api_answers_at ON api_answers (at);
