-- +goose Up
CREATE TABLE charges (
    account TEXT NOT NULL,
    day     TEXT NOT NULL, -- in the network's zone: 2026-11-22
    call    TEXT NOT NULL,
    calls   BIGINT NOT NULL,
    price   BIGINT NOT NULL, -- millionths of a dollar
    PRIMARY KEY (account, day, call)
);
CREATE TABLE charged ( -- what was read on the day: a network charges for it once
    account TEXT NOT NULL,
    day     TEXT NOT NULL,
    object  TEXT NOT NULL,
    PRIMARY KEY (account, day, object)
);
