-- +goose Up
CREATE TABLE left_out (                       -- how many people of its segment a mailing is not for, and why
    mailing TEXT NOT NULL,
    why TEXT NOT NULL,
    people BIGINT NOT NULL,
    PRIMARY KEY (mailing, why)
);
CREATE INDEX posts_alone ON posts (campaign, slot_at) WHERE parent = '' AND state IN ('planned', 'held'); -- what is to come, but for mailings
CREATE INDEX posts_gone ON posts (parent) WHERE parent <> '' AND state = 'withdrawn' AND cause = 'gone'; -- to bring them back with their step
