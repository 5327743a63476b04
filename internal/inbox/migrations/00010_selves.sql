-- +goose Up
CREATE TABLE selves (                         -- who our accounts are on their networks
    account TEXT PRIMARY KEY,
    remote_id TEXT NOT NULL,
    handle TEXT NOT NULL
);
