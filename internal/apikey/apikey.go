package apikey

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"magpie/internal/audit"
	"magpie/internal/store"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations makes the tables.
func Migrations() fs.FS { f, _ := fs.Sub(files, "migrations"); return f }

// Scopes are what a key may be for.
var Scopes = []string{"customers", "orders", "coupons", "reports"}

// Key is one of a shop or a partner. Its secret is known to who has it alone.
type Key struct {
	ID, Name  string
	Scopes    []string
	Offers    []string // a partner's: the only ones it sees; none: all
	Created   time.Time
	CreatedBy string
	Revoked   time.Time // zero: it is good
}

// May tells whether the key is for something.
func (k *Key) May(scope string) bool { return slices.Contains(k.Scopes, scope) }

// Sees tells whether the key may know of an offer's codes.
func (k *Key) Sees(offer string) bool { return len(k.Offers) == 0 || slices.Contains(k.Offers, offer) }

// Errors that a person can mend.
var (
	ErrTaken   = errors.New("there is a key of that name: revoke it first, or choose another name")
	ErrUnknown = errors.New("there is no such key, or it was revoked before")
)

// prefix is what all keys begin with, so that scanners of code know them.
const prefix = "magpie_"

// Add makes a key and returns it whole: this once, for only the sum of its secret is kept.
func Add(ctx context.Context, db *store.DB, k Key, now time.Time) (whole string, err error) {
	id, secret := strings.ToLower(rand.Text()[:10]), rand.Text()
	err = db.Write(ctx, func(tx *sql.Tx) error {
		added, err := store.Changed(tx.ExecContext(ctx, `INSERT INTO api_keys (id, name, sum, scopes, offers, created_at, created_by)
			VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`, id, k.Name, sum(secret), strings.Join(k.Scopes, " "),
			strings.Join(k.Offers, " "), store.Ms(now), k.CreatedBy))
		if err != nil {
			return err
		}
		if !added {
			return ErrTaken
		}
		return audit.Record(ctx, tx, now, k.CreatedBy, "shop key added", "shop key "+k.Name, "for "+strings.Join(k.Scopes, ", "))
	})
	return prefix + id + "_" + secret, err
}

func sum(secret string) string {
	s := sha256.Sum256([]byte(secret)) // 130 random bits: there is nothing to guess
	return hex.EncodeToString(s[:])
}

// Find is the key that is good, of what somebody says is one; nil if it is none.
func Find(ctx context.Context, q store.Querier, whole string) (*Key, error) {
	id, secret, ok := strings.Cut(strings.TrimPrefix(whole, prefix), "_")
	if !ok || len(whole) > 100 {
		return nil, nil
	}
	all, sums, err := list(ctx, q, `WHERE id = $1 AND revoked_at IS NULL`, id)
	if err != nil || len(all) == 0 || subtle.ConstantTimeCompare([]byte(sums[0]), []byte(sum(secret))) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// List are all keys, the newest first, those that were revoked too.
func List(ctx context.Context, q store.Querier) ([]Key, error) {
	all, _, err := list(ctx, q, `ORDER BY created_at DESC, id`)
	return all, err
}

func list(ctx context.Context, q store.Querier, where string, args ...any) (all []Key, sums []string, err error) {
	rows, err := q.QueryContext(ctx, `SELECT id, name, sum, scopes, offers, created_at, created_by, COALESCE(revoked_at, 0)
		FROM api_keys `+where, args...)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var k Key
		var sum, scopes, offers string
		var created, revoked int64
		if err := rows.Scan(&k.ID, &k.Name, &sum, &scopes, &offers, &created, &k.CreatedBy, &revoked); err != nil {
			return nil, nil, err
		}
		k.Scopes, k.Offers, k.Created, k.Revoked = strings.Fields(scopes), strings.Fields(offers), store.Time(created), store.Time(revoked)
		all, sums = append(all, k), append(sums, sum)
	}
	return all, sums, rows.Err()
}

// Revoke ends a key, by its name: the next call with it is refused.
func Revoke(ctx context.Context, db *store.DB, name, who string, now time.Time) error {
	return db.Write(ctx, func(tx *sql.Tx) error {
		was, err := store.Changed(tx.ExecContext(ctx, `UPDATE api_keys SET revoked_at = $1 WHERE name = $2 AND revoked_at IS NULL`,
			store.Ms(now), name))
		if err == nil && !was {
			err = ErrUnknown
		}
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, now, who, "shop key revoked", "shop key "+name, "")
	})
}

// Answer is what was answered to a call.
type Answer struct {
	Status int
	Body   string
}

// Call is one that may be repeated.
type Call struct {
	Key         string // the id of the API key
	Idempotency string // what the caller calls it by
	Text        string // method, path, body
}

// text is a call as it is compared with one before.
func (c Call) text() string { return sum(c.Text) }

// Answered is what was answered to a call before; again is false if it is new. other is true if the same name was another call's.
// Nobody else answers it meanwhile: one transaction writes at a time (store.DB.Batch).
func Answered(ctx context.Context, tx *sql.Tx, c Call) (a Answer, again, other bool, err error) {
	var text string
	err = tx.QueryRowContext(ctx, `SELECT call, status, body FROM api_answers WHERE api_key = $1 AND idempotency_key = $2`, c.Key,
		c.Idempotency).
		Scan(&text, &a.Status, &a.Body)
	if errors.Is(err, sql.ErrNoRows) {
		return a, false, false, nil
	}
	return a, true, text != c.text(), err
}

// Keep notes what is answered to a call, in the transaction that does what it asks.
func Keep(ctx context.Context, tx *sql.Tx, c Call, a Answer, now time.Time) error {
	_, err := tx.ExecContext(ctx,
		`INSERT INTO api_answers (api_key, idempotency_key, call, status, body, at) VALUES ($1, $2, $3, $4, $5, $6)`, c.Key,
		c.Idempotency, c.text(), a.Status, a.Body, store.Ms(now))
	return err
}

// KeptFor is how long answers are kept: shops repeat a call within a day.
const KeptFor = 72 * time.Hour

// Shed forgets old answers.
func Shed(ctx context.Context, tx *sql.Tx, now time.Time) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM api_answers WHERE at < $1`, store.Ms(now.Add(-KeptFor)))
	return err
}

// CheckScopes says what is wrong with the words of scopes.
func CheckScopes(scopes []string) error {
	for _, s := range scopes {
		if !slices.Contains(Scopes, s) {
			return fmt.Errorf("there is no scope %q: there are %s", s, strings.Join(Scopes, ", "))
		}
	}
	return nil
}
