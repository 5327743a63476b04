-- +goose Up
ALTER TABLE posts ADD COLUMN follows TEXT NOT NULL DEFAULT ''; -- the post of a thread that this one goes on from
ALTER TABLE posts ADD COLUMN rest TEXT NOT NULL DEFAULT '';    -- the texts of the parts that come after this one, as JSON
ALTER TABLE posts ADD COLUMN price BIGINT NOT NULL DEFAULT 0;  -- what the network charges for it, in millionths of a dollar
