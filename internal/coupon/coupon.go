package coupon

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"magpie/internal/store"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations makes the tables.
func Migrations() fs.FS { f, _ := fs.Sub(files, "migrations"); return f }

// Why no code can be given.
var (
	ErrNone    = errors.New("the offer has no codes left")
	ErrExpired = errors.New("the person had a code of this offer, and it has expired")
	ErrUsed    = errors.New("the person has used their code of this offer already")
	ErrHeld    = errors.New("the offer's codes are on hold since the database was restored: magpie coupons release OFFER")
)

// Offer is what the codes of an offer obey.
type Offer struct {
	Name      string
	Made      bool // codes are made when they are needed
	PerPerson int  // codes for one person; the last is told again when asked again
	Limit     int  // made codes: at most so many; 0: no limit
}

// alphabet has 32 signs that nobody confuses: no I, O, 0, 1.
const alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// newCodes makes codes of 60 random bits, for example 7KQX-M2PA-9RTC. Those that are made together begin with the same two signs:
// they lie beside each other in the database, which is many times as fast, and leaves 50 bits to whoever knows one and guesses another.
func newCodes(n int) []string {
	codes := make([]string, n)
	var b [12]byte
	_, _ = rand.Read(b[:2]) // never fails
	for i := range codes {
		_, _ = rand.Read(b[2:])
		codes[i] = written(b)
	}
	return codes
}

// written is a code as people read it.
func written(b [12]byte) string {
	var s strings.Builder
	for i, x := range b {
		if i > 0 && i%4 == 0 {
			s.WriteByte('-')
		}
		s.WriteByte(alphabet[x&31])
	}
	return s.String()
}

// Told is a code that a post tells somebody.
type Told struct {
	Code   string `json:"code"`
	Person int64  `json:"person"`
	Until  int64  `json:"until"` // until when it is good, in milliseconds; 0: for ever
}

// Start sets until when persons' codes are good; called as their posts go out. A code that
// is told again keeps its time. It returns those that are, still, that person's.
func Start(ctx context.Context, tx *sql.Tx, all ...Told) (theirs map[Told]bool, err error) {
	theirs = map[Told]bool{}
	if len(all) == 0 {
		return theirs, nil
	}
	each, err := store.Each(all)
	if err != nil {
		return nil, err
	}
	rows, err := tx.QueryContext(ctx,
		`UPDATE coupons SET valid_until = COALESCE(valid_until, NULLIF(CAST(j.value ->> 'until' AS BIGINT), 0))
		FROM json_each($1) j WHERE coupons.code = j.value ->> 'code' AND coupons.person = CAST(j.value ->> 'person' AS BIGINT)
		AND coupons.state IN ('reserved', 'delivered', 'locked') RETURNING coupons.code, coupons.person`, each)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var t Told
		if err := rows.Scan(&t.Code, &t.Person); err != nil {
			return nil, err
		}
		theirs[t] = true
	}
	return theirs, rows.Err()
}

// Unstart takes a code's time back: its post provably did not go out yet.
func Unstart(ctx context.Context, tx *sql.Tx, code, post string) error {
	_, err := tx.ExecContext(ctx, `UPDATE coupons SET valid_until = NULL WHERE code = $1 AND state = 'reserved'
		AND NOT EXISTS (SELECT 1 FROM coupon_posts t WHERE t.code = $2 AND t.post <> $3)`, code, code, post)
	return err
}

// ValidUntil is the time that Start set; zero if there is none.
func ValidUntil(ctx context.Context, db *store.DB, code string) (time.Time, error) {
	var until sql.NullInt64
	err := db.Read.QueryRowContext(ctx, `SELECT valid_until FROM coupons WHERE code = $1`, code).Scan(&until)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return store.Time(until.Int64), err
}

// Deliver notes that posts with the codes are out; they may have been used before that was known.
func Deliver(ctx context.Context, tx *sql.Tx, now time.Time, codes ...string) error {
	if len(codes) == 0 {
		return nil
	}
	all := make([]Told, len(codes))
	for i, c := range codes {
		all[i].Code = c
	}
	each, err := store.Each(all)
	if err != nil {
		return err
	}
	told, err := telling.Each(ctx, tx, `delivered_at = ?`, `coupons.code = j.value ->> 'code'`, store.Ms(now), each)
	if err != nil || len(told) == len(codes) {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE coupons SET delivered_at = COALESCE(delivered_at, $1) FROM json_each($2) j
		WHERE coupons.code = j.value ->> 'code' AND coupons.state IN ('locked', 'redeemed')`, store.Ms(now), each)
	return err
}

// Release notes that post provably did not go out. The code is free again
// unless another post carries it.
func Release(ctx context.Context, tx *sql.Tx, code, post string) error {
	// Two posts with one code may end at the same instant: the second waits here for the first, and sees what it has done.
	if _, err := tx.ExecContext(ctx, `UPDATE coupons SET offer = offer WHERE code = $1`, code); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM coupon_posts WHERE code = $1 AND post = $2`, code, post); err != nil {
		return err
	}
	_, err := releasing.One(ctx, tx, `person = NULL, ordinal = NULL, reserved_at = NULL, valid_until = NULL, account = '', campaign = '',
		step = '', segment = ''`, `code = ? AND NOT EXISTS (SELECT 1 FROM coupon_posts t WHERE t.code = ?)`, code, code)
	return err
}

// Reassign gives the codes of one person to another, when both are the same, and returns them.
func Reassign(ctx context.Context, tx *sql.Tx, into, from int64) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `UPDATE coupons SET person = $1, ordinal = ordinal + (SELECT COALESCE(max(k.ordinal), 0)
		FROM coupons k WHERE k.offer = coupons.offer AND k.person = $2)
		WHERE person = $3 RETURNING code`, into, into, from)
	if err != nil {
		return nil, err
	}
	return store.Column[string](rows)
}

// Left is the state of an offer's codes.
type Left struct {
	Free      int `json:"free"`
	Reserved  int `json:"reserved"`
	Delivered int `json:"delivered"`
	Locked    int `json:"locked"`
	Redeemed  int `json:"redeemed"`
}

// Count tells how many codes of an offer are in which state.
func Count(ctx context.Context, db *store.DB, offer string) (l Left, err error) {
	err = db.Read.QueryRowContext(ctx, `SELECT COALESCE(sum(CASE state WHEN 'free' THEN 1 ELSE 0 END), 0), COALESCE(sum(CASE state
		WHEN 'reserved' THEN 1 ELSE 0 END), 0),
		COALESCE(sum(CASE state WHEN 'delivered' THEN 1 ELSE 0 END), 0), COALESCE(sum(CASE state WHEN 'locked' THEN 1 ELSE 0 END), 0),
		COALESCE(sum(CASE state WHEN 'redeemed' THEN 1 ELSE 0 END), 0)
		FROM coupons WHERE offer = $1`, offer).Scan(&l.Free, &l.Reserved, &l.Delivered, &l.Locked, &l.Redeemed)
	return l, err
}

// UsesOf is in how many orders codes of an offer were used.
func UsesOf(ctx context.Context, db *store.DB, offer string) (n int, err error) {
	err = db.Read.QueryRowContext(ctx, `SELECT COALESCE(max(uses), 0) FROM coupon_uses WHERE offer = $1 AND span = 'ever'`, offer).Scan(&n)
	return n, err
}

// CountByState counts the codes of each offer in each state, for each in turn.
func CountByState(ctx context.Context, q store.Querier, each func(offer, state string, n int64)) error {
	return store.CountBy(ctx, q, `SELECT offer, state, count(*) FROM coupons GROUP BY offer, state`, each)
}

// Any tells whether there is any code.
func Any(ctx context.Context, q store.Querier) (yes bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM coupons)`).Scan(&yes)
	return yes, err
}

// Make adds n made codes to an offer and returns them.
func Make(ctx context.Context, db *store.DB, o Offer, n int, now time.Time) (codes []string, err error) {
	err = db.Write(ctx, func(tx *sql.Tx) error {
		have, err := codesOf(ctx, tx, o.Name)
		if err != nil {
			return err
		}
		if o.Limit > 0 && have+n > o.Limit {
			return fmt.Errorf("the offer %s has a limit of %d codes, and %d have already been made", o.Name, o.Limit, have)
		}
		codes, err = insert(ctx, tx, o.Name, n, now)
		return err
	})
	return codes, err
}

// insert adds n made codes, many with each statement.
func insert(ctx context.Context, tx *sql.Tx, offer string, n int, now time.Time) (codes []string, err error) {
	for len(codes) < n {
		var batch []claim
		for _, code := range newCodes(min(n-len(codes), atOnce)) {
			batch = append(batch, claim{Code: code})
		}
		each, err := store.Each(batch)
		if err != nil {
			return nil, err
		}
		rows, err := tx.QueryContext(ctx, `INSERT INTO coupons (code, offer, state, created_at) SELECT j.value ->> 'code', $1, 'free',
			CAST($2 AS BIGINT) FROM json_each($3) j WHERE true ON CONFLICT (code) DO NOTHING RETURNING code`, offer, store.Ms(now), each)
		if err != nil {
			return nil, err
		}
		made, err := store.Column[string](rows)
		if err != nil {
			return nil, err
		}
		codes = append(codes, made...)
	}
	return codes, added(ctx, tx, offer, len(codes))
}

// atOnce is how many codes a statement makes at most.
const atOnce = 2000
