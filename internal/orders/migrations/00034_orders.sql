-- +goose Up
CREATE TABLE orders (
    id TEXT PRIMARY KEY,                      -- the shop's
    person BIGINT,                            -- NULL: nobody knows who
    at BIGINT NOT NULL,                       -- when it was placed, in milliseconds
    amount BIGINT NOT NULL,                   -- in the currency's smallest units (ISO 4217)
    currency TEXT NOT NULL,
    refunded BIGINT NOT NULL DEFAULT 0,       -- of amount
    state TEXT NOT NULL,
    code TEXT NOT NULL DEFAULT '',            -- the coupon that was used
    items TEXT NOT NULL DEFAULT '',           -- what was bought, as the shop says it
    listed BOOLEAN NOT NULL DEFAULT FALSE,    -- a customer list has counted it, see persons.listed_orders
    noted_at BIGINT NOT NULL
);
CREATE INDEX orders_person ON orders (person, at);
