-- +goose Up
CREATE INDEX mentions_desk ON mentions (reason, received_at) WHERE state = 'desk';
