-- +goose Up
-- The how manyth public post of its step and account a post is: its variant's turn. -1: by its key, as before.
ALTER TABLE posts ADD COLUMN turn BIGINT NOT NULL DEFAULT -1;
CREATE INDEX posts_turn ON posts (campaign, step, account, turn) WHERE kind = 'public';
-- What was rejected by an approver; '' for what was not.
ALTER TABLE posts ADD COLUMN rejected_hash TEXT NOT NULL DEFAULT '';
CREATE INDEX posts_rejected ON posts (slot_at) WHERE rejected_hash <> '';
