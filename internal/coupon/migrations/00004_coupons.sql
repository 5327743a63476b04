-- +goose Up
CREATE TABLE coupons (
    code TEXT PRIMARY KEY,
    offer TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('free', 'reserved', 'delivered', 'redeemed')),
    person BIGINT,
    ordinal BIGINT,
    account TEXT NOT NULL DEFAULT '',
    campaign TEXT NOT NULL DEFAULT '',
    step TEXT NOT NULL DEFAULT '',
    segment TEXT NOT NULL DEFAULT '',
    reserved_at BIGINT,
    delivered_at BIGINT,
    valid_until BIGINT,                       -- NULL until it goes out
    created_at BIGINT NOT NULL,
    UNIQUE (offer, person, ordinal)
);
CREATE INDEX coupons_free ON coupons (offer) WHERE state = 'free';
CREATE INDEX coupons_person ON coupons (person);
CREATE TABLE tellings (                       -- the posts that carry a code
    code TEXT NOT NULL,
    post TEXT NOT NULL,
    PRIMARY KEY (code, post)
);
CREATE INDEX tellings_post ON tellings (post);
CREATE TABLE redemptions (
    code TEXT NOT NULL,
    order_id TEXT NOT NULL,
    offer TEXT NOT NULL,
    amount BIGINT NOT NULL,                   -- hundredths
    currency TEXT NOT NULL,
    account TEXT NOT NULL DEFAULT '',
    campaign TEXT NOT NULL DEFAULT '',
    step TEXT NOT NULL DEFAULT '',
    segment TEXT NOT NULL DEFAULT '',
    at BIGINT NOT NULL,
    PRIMARY KEY (code, order_id)
);
