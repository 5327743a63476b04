-- +goose Up
-- A code that is locked for an order is in a state of its own: the list of states in the table goes (moves.go has them).
-- only sqlite
CREATE TABLE coupons_before AS SELECT * FROM coupons;
DROP TABLE coupons;
CREATE TABLE coupons (
    code TEXT PRIMARY KEY,
    offer TEXT NOT NULL,
    state TEXT NOT NULL,
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
INSERT INTO coupons (code, offer, state, person, ordinal, account, campaign, step, segment, reserved_at, delivered_at, valid_until, created_at)
    SELECT code, offer, state, person, ordinal, account, campaign, step, segment, reserved_at, delivered_at, valid_until, created_at
    FROM coupons_before;
DROP TABLE coupons_before;
CREATE INDEX coupons_free ON coupons (offer) WHERE state = 'free';
CREATE INDEX coupons_person ON coupons (person);
CREATE INDEX coupons_typed ON coupons (upper(replace(replace(code, '-', ''), '.', '')));
-- end
-- only postgres
ALTER TABLE coupons DROP CONSTRAINT coupons_state_check;
-- end
-- The use of a code in an order has a state: locked until expires_at, void, redeemed, rolled back.
ALTER TABLE redemptions ADD COLUMN state TEXT NOT NULL DEFAULT 'redeemed';
ALTER TABLE redemptions ADD COLUMN person BIGINT;                        -- who used it, where that is known
ALTER TABLE redemptions ADD COLUMN discount BIGINT NOT NULL DEFAULT 0;   -- what it took off the price, in the currency's smallest units
ALTER TABLE redemptions ADD COLUMN refunded BIGINT NOT NULL DEFAULT 0;   -- of amount
ALTER TABLE redemptions ADD COLUMN expires_at BIGINT;
ALTER TABLE redemptions ADD COLUMN spans TEXT NOT NULL DEFAULT 'ever';   -- in which days, weeks and months it counts, separated by commas
CREATE INDEX redemptions_locked ON redemptions (offer, expires_at) WHERE state = 'locked';
CREATE INDEX redemptions_order ON redemptions (order_id);
CREATE INDEX redemptions_person ON redemptions (person) WHERE person IS NOT NULL;
UPDATE redemptions SET person = (SELECT k.person FROM coupons k WHERE k.code = redemptions.code);
CREATE TABLE coupon_uses (                    -- how often codes of an offer are locked or redeemed, for its limits
    offer TEXT NOT NULL,
    span TEXT NOT NULL,                       -- ever, day 2027-11-26, week 2027-W47, month 2027-11, person 12
    uses BIGINT NOT NULL,
    discount BIGINT NOT NULL,                 -- in the smallest units of the budget's currency
    PRIMARY KEY (span, offer)                 -- in this order: an offer has a row for each of its customers, a span few
)
-- only postgres
WITH (fillfactor = 20)                        -- a few rows change at each use: they stay where they are, and what they were goes at once
-- end
;
INSERT INTO coupon_uses (offer, span, uses, discount) SELECT offer, 'ever', count(*), 0 FROM redemptions GROUP BY offer;
INSERT INTO coupon_uses (offer, span, uses, discount) SELECT offer, 'person ' || CAST(person AS text), count(*), 0 FROM redemptions
    WHERE person IS NOT NULL GROUP BY offer, person;
