-- +goose Up
CREATE TABLE held_out (                       -- whom a campaign does not write to, so that its effect can be told from what would have been
    campaign TEXT NOT NULL,
    person BIGINT NOT NULL,
    at BIGINT NOT NULL,                       -- when they would have been written to first
    PRIMARY KEY (campaign, person)
);
CREATE INDEX held_out_person ON held_out (person);
