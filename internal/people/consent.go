package people

import (
	"context"
	"database/sql"
	"time"

	"magpie/internal/audit"
	"magpie/internal/store"
)

// Grant notes that a person lets account write to them, by a mention that said so
// at an instant. It is not given where they have wanted to be left alone since.
func Grant(ctx context.Context, tx *sql.Tx, person int64, account, source string, said, now time.Time) (given bool, err error) {
	later, err := StoppedSince(ctx, tx, person, said)
	if err != nil || later {
		return false, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO consents (person, account, kind, given_at, source) VALUES ($1, $2, 'direct', $3, $4)
		ON CONFLICT (person, account, kind) DO UPDATE SET given_at = excluded.given_at, source = excluded.source,
		withdrawn_at = NULL, withdrawn_by = '' WHERE consents.withdrawn_at IS NOT NULL`, person, account, store.Ms(now), source)
	if err != nil {
		return false, err
	}
	return true, audit.Record(ctx, tx, now, audit.Bot, "consent given", Subject(person), account+" by "+source)
}

// OptedOut tells whether a person wants to be left alone, by every account.
func OptedOut(ctx context.Context, q store.Querier, person int64) (yes bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM optouts WHERE person = $1)`, person).Scan(&yes)
	return yes, err
}

// Language is the one of a person's record; "" if it has none.
func Language(ctx context.Context, q store.Querier, person int64) (language string, err error) {
	err = q.QueryRowContext(ctx, `SELECT COALESCE(max(language), '') FROM persons WHERE id = $1`, person).Scan(&language)
	return language, err
}

// StoppedSince tells whether a person has said after an instant that they want to be
// left alone.
func StoppedSince(ctx context.Context, q store.Querier, person int64, said time.Time) (yes bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM persons WHERE id = $1 AND stopped_at > $2)`, person,
		store.Ms(said)).Scan(&yes)
	return yes, err
}

// OptOut notes that a person wants to be left alone, by every account, and
// withdraws what they had consented to. said is when they said so. first is false if
// that was known.
func OptOut(ctx context.Context, tx *sql.Tx, person int64, source string, said, now time.Time) (first bool, err error) {
	if _, err := tx.ExecContext(ctx, `UPDATE persons SET stopped_at = $1 WHERE id = $2
		AND stopped_at < $3`, store.Ms(said), person, store.Ms(said)); err != nil {
		return false, err
	}
	first, err = store.Changed(tx.ExecContext(ctx, `INSERT INTO optouts (person, at, source) VALUES ($1, $2, $3)
		ON CONFLICT (person) DO NOTHING`, person, store.Ms(now), source))
	if err != nil {
		return false, err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE consents SET withdrawn_at = $1, withdrawn_by = $2 WHERE person = $3 AND withdrawn_at IS NULL`,
		store.Ms(now), source, person); err != nil {
		return false, err
	}
	return first, audit.Record(ctx, tx, now, audit.Bot, "opted out", Subject(person), source)
}

// OptIn takes an opt-out back, unless a later one is known. What had been consented
// to before is not given again by that.
func OptIn(ctx context.Context, tx *sql.Tx, person int64, source string, said, now time.Time) (was bool, err error) {
	later, err := StoppedSince(ctx, tx, person, said)
	if err != nil || later {
		return false, err
	}
	if err := unstop(ctx, tx, person); err != nil {
		return false, err
	}
	was, err = store.Changed(tx.ExecContext(ctx, `DELETE FROM optouts WHERE person = $1`, person))
	if err != nil || !was {
		return was, err
	}
	return true, audit.Record(ctx, tx, now, audit.Bot, "opted in again", Subject(person), source)
}

// Wish is what somebody wants of us.
type Wish struct {
	OptedOut bool // to be left alone
	Direct   bool // direct messages of the account
}

// MayWrite tells whether the account may write to somebody who did not ask.
func (w Wish) MayWrite() bool { return w.Direct && !w.OptedOut }

// Wishes are those of persons towards an account.
func Wishes(ctx context.Context, q store.Querier, account string, persons ...int64) (map[int64]Wish, error) {
	type who struct {
		Person int64 `json:"person"`
	}
	all := make([]who, len(persons))
	for i, p := range persons {
		all[i].Person = p
	}
	each, err := store.Each(all)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT w.person, EXISTS (SELECT 1 FROM optouts o WHERE o.person = w.person),
		EXISTS (SELECT 1 FROM consents c WHERE c.person = w.person AND c.account = $1 AND c.kind = 'direct' AND c.withdrawn_at IS NULL)
		FROM (SELECT CAST(j.value ->> 'person' AS BIGINT) AS person FROM json_each($2) j) w`, account, each)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := make(map[int64]Wish, len(persons))
	for rows.Next() {
		var person int64
		var w Wish
		if err := rows.Scan(&person, &w.OptedOut, &w.Direct); err != nil {
			return nil, err
		}
		out[person] = w
	}
	return out, rows.Err()
}

// Consent is one given or withdrawn.
type Consent struct {
	Account, Source string
	Given           time.Time
	Withdrawn       time.Time // zero: it stands
}

// Consents are those of a person.
func (b *Book) Consents(ctx context.Context, person int64) (out []Consent, err error) {
	rows, err := b.DB.Read.QueryContext(ctx, `SELECT account, source, given_at, COALESCE(withdrawn_at, 0) FROM consents
		WHERE person = $1 ORDER BY account`, person)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var c Consent
		var given, withdrawn int64
		if err := rows.Scan(&c.Account, &c.Source, &given, &withdrawn); err != nil {
			return nil, err
		}
		c.Given, c.Withdrawn = store.Time(given), store.Time(withdrawn)
		out = append(out, c)
	}
	return out, rows.Err()
}
