package people

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"magpie/internal/audit"
)

// merge makes one person of two. An opt-out of either stands for both. What it takes to part them again is kept.
func (b *Book) merge(ctx context.Context, tx *sql.Tx, into, from int64, by Because) error {
	kept, err := b.keepBoth(ctx, tx, into, from)
	if err != nil {
		return err
	}
	for _, q := range []string{
		`UPDATE persons SET name = CASE persons.name WHEN '' THEN f.name ELSE persons.name END, language = CASE persons.language
			WHEN '' THEN f.language ELSE persons.language END,
		 city = CASE persons.city WHEN '' THEN f.city ELSE persons.city END, country = CASE persons.country WHEN '' THEN f.country
			ELSE persons.country END, zone = CASE persons.zone WHEN '' THEN f.zone ELSE persons.zone END,
		 orders = persons.orders + f.orders, spent = persons.spent + f.spent,
		 listed_orders = persons.listed_orders + f.listed_orders, listed_spent = persons.listed_spent + f.listed_spent,
		 listed_last = CASE WHEN f.listed_last > COALESCE(persons.listed_last, 0) THEN f.listed_last ELSE persons.listed_last END,
		 counted_at = CASE WHEN f.counted_at > persons.counted_at THEN f.counted_at ELSE persons.counted_at END,
		 last_order = CASE WHEN f.last_order > COALESCE(persons.last_order, 0) THEN f.last_order ELSE persons.last_order END,
		 followers_count = CASE WHEN f.followers_count > persons.followers_count THEN f.followers_count ELSE persons.followers_count END,
		 stopped_at = CASE WHEN f.stopped_at > persons.stopped_at THEN f.stopped_at ELSE persons.stopped_at END,
		 created_at = CASE WHEN f.created_at < persons.created_at THEN f.created_at ELSE persons.created_at END
		 FROM persons f WHERE persons.id = $1 AND f.id = $2`,
		`UPDATE handles SET person = $1 WHERE person = $2`,
		`INSERT INTO followers (account, person, since, until, seen) SELECT account, $1, since, until, seen FROM followers
			WHERE person = $2 ON CONFLICT DO NOTHING`,
		`INSERT INTO consents (person, account, kind, given_at, source, withdrawn_at, withdrawn_by)
		 SELECT $1, account, kind, given_at, source, withdrawn_at, withdrawn_by FROM consents WHERE person = $2 ON CONFLICT DO NOTHING`,
		`INSERT INTO person_tags (person, tag) SELECT $1, tag FROM person_tags WHERE person = $2 ON CONFLICT DO NOTHING`,
		`INSERT INTO optouts (person, at, source) SELECT $1, at, source FROM optouts WHERE person = $2 ON CONFLICT DO NOTHING`,
		`UPDATE consents SET withdrawn_at = (SELECT at FROM optouts WHERE person = $1), withdrawn_by = 'opted out under another handle'
		 WHERE person = $1 AND withdrawn_at IS NULL AND EXISTS (SELECT 1 FROM optouts WHERE person = $1) AND CAST($2 AS BIGINT) IS NOT NULL`,
	} {
		if _, err := tx.ExecContext(ctx, q, into, from); err != nil {
			return err
		}
	}
	for _, p := range b.Parts {
		ids, err := p.Move(ctx, tx, into, from)
		if err != nil {
			return err
		}
		kept.Moved[p.Name] = ids
	}
	if err := b.note(ctx, tx, into, from, by, kept); err != nil {
		return err
	}
	return erase(ctx, tx, from)
}

// erase takes a person's own rows away.
func erase(ctx context.Context, tx *sql.Tx, id int64) error {
	for _, table := range []string{"followers", "consents", "person_tags", "optouts", "handles"} {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE person = $1`, id); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM persons WHERE id = $1`, id)
	return err
}

// Forget takes a person out of the record, as the law lets them ask for. That
// they opted out is kept as a keyed sum of their handles, which nobody can read, so
// that nobody writes to them by mistake when they turn up again.
func (b *Book) Forget(ctx context.Context, id int64, who string, now time.Time) error {
	return b.DB.Write(ctx, func(tx *sql.Tx) error { return b.ForgetIn(ctx, tx, id, who, now) })
}

// ForgetIn is Forget in a transaction.
func (b *Book) ForgetIn(ctx context.Context, tx *sql.Tx, id int64, who string, now time.Time) error {
	wishes, err := Wishes(ctx, tx, "", id)
	if err != nil {
		return err
	}
	if err := remember(ctx, tx, id); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM merges WHERE into_person = $1 OR from_person = $2`, id, id); err != nil {
		return err
	}
	if err := erase(ctx, tx, id); err != nil {
		return err
	}
	return audit.Record(ctx, tx, now, who, "person forgotten", Subject(id), fmt.Sprintf("opt-out kept: %v", wishes[id].OptedOut))
}
