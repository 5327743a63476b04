-- +goose Up
CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    sealed TEXT NOT NULL,                     -- encrypted by age, base64
    at BIGINT NOT NULL
);
