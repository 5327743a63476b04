-- +goose Up
CREATE TABLE metrics (                        -- the figures of posts, as their networks told them last; -1: they do not tell
    post TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    likes BIGINT NOT NULL,
    reposts BIGINT NOT NULL,
    replies BIGINT NOT NULL,
    quotes BIGINT NOT NULL,
    views BIGINT NOT NULL
);
