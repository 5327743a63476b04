-- +goose Up
ALTER TABLE mentions ADD COLUMN cause TEXT NOT NULL DEFAULT ''; -- why a person is to answer, for programs; the reason says it to people
UPDATE mentions SET cause = 'erasure' WHERE state = 'desk' AND reason = 'asks for their data to be deleted: magpie people forget';
DROP INDEX mentions_desk;
CREATE INDEX mentions_desk ON mentions (cause, received_at) WHERE state = 'desk';
