-- +goose Up
DELETE FROM needs WHERE kind = 'unanswered';  -- there is one for all now
