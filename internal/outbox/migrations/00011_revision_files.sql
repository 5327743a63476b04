-- +goose Up
ALTER TABLE revisions ADD COLUMN files TEXT NOT NULL DEFAULT '';  -- a zip, in base64
