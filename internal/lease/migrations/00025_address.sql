-- +goose Up
ALTER TABLE machines ADD COLUMN address TEXT NOT NULL DEFAULT ''; -- where it answers /healthz, HOST:PORT; '' where it does not
