-- +goose Up
ALTER TABLE persons ADD COLUMN country TEXT NOT NULL DEFAULT ''; -- ISO 3166, two letters
ALTER TABLE persons ADD COLUMN zone TEXT NOT NULL DEFAULT '';    -- as Europe/Berlin
-- What a customer list said of the orders until counted_at; those made later are added (internal/orders).
ALTER TABLE persons ADD COLUMN listed_orders BIGINT NOT NULL DEFAULT 0;
ALTER TABLE persons ADD COLUMN listed_spent BIGINT NOT NULL DEFAULT 0;
ALTER TABLE persons ADD COLUMN listed_last BIGINT;
ALTER TABLE persons ADD COLUMN counted_at BIGINT NOT NULL DEFAULT 0;
-- spent was in hundredths; now in ten-thousandths, since some currencies have three or four decimals.
UPDATE persons SET spent = spent * 100, listed_orders = orders, listed_spent = spent * 100, listed_last = last_order,
    counted_at = COALESCE(last_order + 86399999, 1000 *
-- only sqlite
    CAST(strftime('%s', 'now') AS BIGINT))
-- end
-- only postgres
    CAST(extract(epoch FROM now()) AS BIGINT))
-- end
    WHERE orders > 0 OR spent > 0 OR last_order IS NOT NULL;
CREATE TABLE tiers (                          -- where the fifths of all customers end, computed daily (tiers.go)
    word TEXT NOT NULL,                       -- recency, frequency, monetary
    place BIGINT NOT NULL,                    -- 1 to 4
    bound BIGINT NOT NULL,                    -- the largest value in that fifth
    PRIMARY KEY (word, place)
);
