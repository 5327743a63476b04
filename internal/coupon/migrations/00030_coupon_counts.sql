-- +goose Up
CREATE TABLE coupon_counts (                  -- how many codes an offer has, once it was asked
    offer TEXT PRIMARY KEY,
    codes BIGINT NOT NULL
);
