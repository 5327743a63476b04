-- +goose Up
ALTER TABLE selves ADD COLUMN limits TEXT NOT NULL DEFAULT ''; -- what their servers allow, as JSON
