-- +goose Up
ALTER TABLE persons ADD COLUMN stopped_at BIGINT NOT NULL DEFAULT 0; -- when they last said that they want to be left alone
UPDATE persons SET stopped_at = COALESCE((SELECT at FROM optouts o WHERE o.person = persons.id), 0);
