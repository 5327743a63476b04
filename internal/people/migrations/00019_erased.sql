-- +goose Up
CREATE TABLE erased (                         -- whom we erased, so that nobody comes back for a second code
    sum TEXT NOT NULL,                        -- their network and handle, keyed and hashed (erased.go)
    person BIGINT NOT NULL,                   -- whose codes those were
    PRIMARY KEY (sum, person)
);
