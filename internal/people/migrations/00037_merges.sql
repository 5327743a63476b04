-- +goose Up
CREATE TABLE merges (                         -- two who turned out to be one, and what it takes to part them again
    id BIGINT PRIMARY KEY,
    into_person BIGINT NOT NULL,
    from_person BIGINT NOT NULL,
    at BIGINT NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL,
    kept TEXT NOT NULL,                       -- both as they were (JSON)
    undone_at BIGINT
);
CREATE INDEX merges_into ON merges (into_person);
CREATE INDEX merges_from ON merges (from_person);
