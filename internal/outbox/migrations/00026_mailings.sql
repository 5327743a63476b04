-- +goose Up
CREATE INDEX posts_mailing ON posts (parent) WHERE state IN ('planned', 'held') AND parent <> ''; -- to take the rest of a mailing back
