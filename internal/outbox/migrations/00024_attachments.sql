-- +goose Up
CREATE TABLE attachments (                    -- the pictures of posts that belong to no file
    post TEXT NOT NULL,
    n BIGINT NOT NULL,
    name TEXT NOT NULL,
    alt TEXT NOT NULL,
    type TEXT NOT NULL,                       -- MIME
    data TEXT NOT NULL,                       -- base64; '' once the post is out
    PRIMARY KEY (post, n)
);
