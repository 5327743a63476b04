-- +goose Up
-- Amounts were kept in hundredths whatever the currency has; now in its smallest units (ISO 4217).
UPDATE redemptions SET amount = amount / 100 WHERE currency IN
    ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF');
UPDATE redemptions SET amount = amount * 10 WHERE currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND');
UPDATE redemptions SET amount = amount * 100 WHERE currency IN ('CLF', 'UYW');
-- Codes are found however they are typed: without case, dashes, points and blanks.
CREATE INDEX coupons_typed ON coupons (upper(replace(replace(code, '-', ''), '.', '')));
