-- +goose Up
ALTER TABLE posts ADD COLUMN cause TEXT NOT NULL DEFAULT ''; -- why, for programs; the reason says it to people
UPDATE posts SET cause = 'gone' WHERE state = 'withdrawn' AND reason = 'the step is no longer in the files';
UPDATE posts SET cause = 'answered by hand' WHERE state = 'withdrawn' AND reason = 'somebody has answered by hand';
UPDATE posts SET cause = 'codes on hold' WHERE state = 'planned' AND kind = 'segment' AND reason LIKE 'the offer''s codes are on hold%';
UPDATE posts SET cause = 'own bound' WHERE state = 'planned' AND reason LIKE 'the account''s %used up%';
UPDATE posts SET cause = 'pictures' WHERE state = 'planned' AND reason LIKE '%is still working on%';
