-- +goose Up
CREATE TABLE persons (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT '',
    city TEXT NOT NULL DEFAULT '',
    orders BIGINT NOT NULL DEFAULT 0,
    spent BIGINT NOT NULL DEFAULT 0,          -- hundredths of the shop's currency
    last_order BIGINT,                        -- milliseconds; NULL: none that we know
    followers_count BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
);
CREATE TABLE handles (
    network TEXT NOT NULL,
    handle TEXT NOT NULL,                     -- lower case
    remote_id TEXT,                           -- the network's own id, once we have met
    person BIGINT NOT NULL REFERENCES persons (id) DEFERRABLE INITIALLY DEFERRED,
    bot BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (network, handle)
);
CREATE UNIQUE INDEX handles_remote ON handles (network, remote_id) WHERE remote_id IS NOT NULL;
CREATE INDEX handles_person ON handles (person);
CREATE TABLE person_tags (
    person BIGINT NOT NULL REFERENCES persons (id),
    tag TEXT NOT NULL,
    PRIMARY KEY (person, tag)
);
CREATE TABLE followers (
    account TEXT NOT NULL,
    person BIGINT NOT NULL REFERENCES persons (id),
    since BIGINT NOT NULL,                    -- when we first saw it
    until BIGINT,                             -- when we saw that it had ended
    seen BIGINT NOT NULL,                     -- the sync that saw it last
    PRIMARY KEY (account, person)
);
CREATE INDEX followers_person ON followers (person, account);
CREATE TABLE syncs (
    account TEXT PRIMARY KEY,
    generation BIGINT NOT NULL,
    cursor TEXT NOT NULL,                     -- '' when finished
    count BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE TABLE consents (
    person BIGINT NOT NULL REFERENCES persons (id),
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    given_at BIGINT NOT NULL,
    source TEXT NOT NULL,                     -- the mention by which it was given
    withdrawn_at BIGINT,
    withdrawn_by TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (person, account, kind)
);
CREATE TABLE optouts (
    person BIGINT PRIMARY KEY REFERENCES persons (id),
    at BIGINT NOT NULL,
    source TEXT NOT NULL
);
