-- +goose Up
ALTER TABLE erased ADD COLUMN stopped_at BIGINT NOT NULL DEFAULT 0; -- when they said that they want to be left alone; 0: they did not
