-- +goose Up
CREATE TABLE posts (
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('public', 'direct', 'answer', 'segment')),
    state TEXT NOT NULL CHECK (state IN ('planned', 'held', 'sending', 'sent', 'refused', 'in doubt', 'asked', 'late', 'withdrawn', 'expanded', 'recalled')),
    account TEXT NOT NULL,
    campaign TEXT NOT NULL,
    step TEXT NOT NULL,
    occurrence TEXT NOT NULL,
    segment TEXT NOT NULL DEFAULT '',
    parent TEXT NOT NULL DEFAULT '',
    cursor BIGINT NOT NULL DEFAULT 0,         -- how far a segment has been expanded
    person BIGINT,
    recipient TEXT NOT NULL DEFAULT '',
    mention TEXT,
    ref TEXT NOT NULL DEFAULT '',
    private BOOLEAN NOT NULL DEFAULT FALSE,
    template TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL DEFAULT '',            -- fixed words, where no template has them
    exempt BOOLEAN NOT NULL DEFAULT FALSE,    -- needs no consent: confirms an opt-out, or is a test to oneself
    code TEXT NOT NULL DEFAULT '',
    slot_at BIGINT NOT NULL,                  -- when it should go out: lateness counts from here
    next_at BIGINT NOT NULL,                  -- when to look at it again
    late_after BIGINT NOT NULL DEFAULT 0,
    late_then TEXT NOT NULL DEFAULT '',
    finish_by BIGINT NOT NULL DEFAULT 0,
    late_at BIGINT NOT NULL DEFAULT 0,        -- from when on it is too late; 0: never
    approval BOOLEAN NOT NULL DEFAULT FALSE,
    approved_hash TEXT NOT NULL DEFAULT '',
    approved_by TEXT NOT NULL DEFAULT '',
    author TEXT NOT NULL DEFAULT '',
    sealed TEXT NOT NULL DEFAULT '',
    sealed_text TEXT NOT NULL DEFAULT '',
    replay TEXT NOT NULL DEFAULT '',
    attempts BIGINT NOT NULL DEFAULT 0,
    doubts BIGINT NOT NULL DEFAULT 0,         -- attempts whose outcome was lost
    looks BIGINT NOT NULL DEFAULT 0,
    first_attempt_at BIGINT NOT NULL DEFAULT 0,
    last_attempt_at BIGINT NOT NULL DEFAULT 0,
    epoch BIGINT NOT NULL DEFAULT 0,
    remote_id TEXT,
    url TEXT NOT NULL DEFAULT '',
    sent_at BIGINT,
    reason TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
-- The conditions repeat those of the queries to the letter, or SQLite does not see that the index serves.
CREATE INDEX posts_planned ON posts (account, kind, next_at) WHERE state = 'planned';
CREATE INDEX posts_doubt ON posts (account, next_at) WHERE state = 'in doubt';
CREATE INDEX posts_sending ON posts (account) WHERE state = 'sending';
CREATE INDEX posts_late ON posts (account, late_at) WHERE late_at > 0 AND state IN ('planned', 'held');
CREATE INDEX posts_segments ON posts (next_at) WHERE kind = 'segment' AND state = 'planned';
CREATE INDEX posts_waiting ON posts (campaign, step, account) WHERE state IN ('planned', 'held');
CREATE INDEX posts_slot ON posts (account, state, slot_at);
CREATE INDEX posts_step ON posts (campaign, step, occurrence);
CREATE INDEX posts_sent ON posts (account, kind, sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX posts_person ON posts (person) WHERE person IS NOT NULL;
CREATE UNIQUE INDEX posts_mention ON posts (mention) WHERE mention IS NOT NULL;
CREATE UNIQUE INDEX posts_remote ON posts (account, remote_id) WHERE remote_id IS NOT NULL;
CREATE TABLE pauses (
    scope TEXT NOT NULL,                      -- all, account, campaign
    name TEXT NOT NULL,
    reason TEXT NOT NULL,
    who TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (scope, name)
);
CREATE TABLE marks (                          -- how far has been planned
    name TEXT PRIMARY KEY,
    at BIGINT NOT NULL
);
CREATE TABLE revisions (                      -- the files as they were in force
    number INTEGER PRIMARY KEY,
    hash TEXT NOT NULL,
    at BIGINT NOT NULL
);
