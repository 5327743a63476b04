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
    epoch BIGINT NOT NULL DEFAULT 0,
    remote_id TEXT,
    url TEXT NOT NULL DEFAULT '',
    sent_at BIGINT,
    reason TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX posts_due ON posts (account, next_at) WHERE state IN ('planned', 'in doubt');
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
