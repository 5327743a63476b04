-- +goose Up
CREATE TABLE machines (                       -- the processes at work on this database
    owner TEXT PRIMARY KEY,
    host TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    trouble TEXT NOT NULL,                    -- what is stuck there, a line for each thing
    expires_at BIGINT NOT NULL
);
