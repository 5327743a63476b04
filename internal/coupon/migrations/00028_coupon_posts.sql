-- +goose Up
CREATE TABLE coupon_posts (                   -- the posts that carry a code
    code TEXT NOT NULL,
    post TEXT NOT NULL,
    PRIMARY KEY (code, post)
)
-- only sqlite
WITHOUT ROWID
-- end
;
INSERT INTO coupon_posts (code, post) SELECT code, post FROM tellings;
DROP TABLE tellings;
