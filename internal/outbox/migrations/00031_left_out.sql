-- +goose Up
CREATE TABLE left_out (                       -- how many people of its segment a mailing is not for, and why
    mailing TEXT NOT NULL,
    why TEXT NOT NULL,
    people BIGINT NOT NULL,
    PRIMARY KEY (mailing, why)
);
