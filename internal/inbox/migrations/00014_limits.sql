-- +goose Up
ALTER TABLE selves ADD COLUMN limits TEXT NOT NULL DEFAULT ''; -- what their servers allow, as JSON
ALTER TABLE selves ADD COLUMN bot BOOLEAN NOT NULL DEFAULT true; -- labelled as automated, as far as we know
