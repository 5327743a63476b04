-- +goose Up
-- What is looked for again and again, in a table that grows for years: posts that wait for approval or for a person, and answers that wait.
CREATE INDEX posts_held ON posts (slot_at) WHERE state = 'held';
CREATE INDEX posts_asked ON posts (account) WHERE state = 'asked';
CREATE INDEX posts_answers ON posts (account) WHERE state IN ('planned', 'held') AND kind = 'answer';
CREATE INDEX posts_follows ON posts (follows) WHERE follows <> '';
CREATE INDEX posts_ended ON posts (updated_at) WHERE state IN ('late', 'withdrawn', 'refused', 'asked');
CREATE INDEX posts_recalled ON posts (account, sent_at) WHERE state = 'recalled';
