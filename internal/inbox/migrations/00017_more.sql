-- +goose Up
ALTER TABLE mentions ADD COLUMN more TEXT NOT NULL DEFAULT ''; -- what is for people alone: what was quoted, pictures; as JSON
ALTER TABLE mentions ADD COLUMN server TEXT NOT NULL DEFAULT ''; -- of the author, where handles name one
