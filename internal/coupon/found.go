package coupon

import (
	"context"
	"database/sql"
	"errors"
	"regexp"
	"strings"
	"time"

	"magpie/internal/store"
)

// like is what may be a code in a text; what codeRule allows.
var (
	like = regexp.MustCompile(`[\p{L}\p{N}_.+-]{3,}`)
	made = regexp.MustCompile(`^(?:[` + alphabet + `]{4}-){2}[` + alphabet + `]{4}$`)
)

// Like are the words of a text that may be codes.
func Like(text string) (out []string) {
	for _, w := range like.FindAllString(text, -1) {
		out = append(out, w)
		if bare := strings.Trim(w, "_.+-"); bare != w {
			out = append(out, bare)
		}
	}
	return out
}

// Made tells whether a word looks like a code of NewCode.
func Made(word string) bool { return made.MatchString(word) }

// Of tells whether a code is one of an offer's.
func Of(ctx context.Context, db *store.DB, offer, code string) (yes bool, err error) {
	err = db.Read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM coupons WHERE code = $1 AND offer = $2)`, code, offer).Scan(&yes)
	return yes, err
}

// OfferOf is the offer that a code is of; "" if it is none of ours.
func OfferOf(ctx context.Context, q store.Querier, code string) (offer string, err error) {
	err = q.QueryRowContext(ctx, `SELECT offer FROM coupons WHERE code = $1`, code).Scan(&offer)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return offer, err
}

// Adopt adds a code that a network shows and that we do not know.
func Adopt(ctx context.Context, tx *sql.Tx, offer, code string, now time.Time) error {
	isNew, err := store.Changed(tx.ExecContext(ctx, `INSERT INTO coupons (code, offer, state, created_at) VALUES ($1, $2, 'free', $3)
		ON CONFLICT DO NOTHING`, code, offer, store.Ms(now)))
	if err != nil || !isNew {
		return err
	}
	return added(ctx, tx, offer, 1)
}

// Found notes that a code is out on a network, told to a person (0: we do not
// know whom). known is false if the word is none of our codes.
func Found(ctx context.Context, tx *sql.Tx, code string, person int64, account string, at time.Time) (known bool, err error) {
	if _, err := tx.ExecContext(ctx, `UPDATE coupons SET person = $1, ordinal = (SELECT COALESCE(max(k.ordinal), 0) + 1
		FROM coupons k WHERE k.offer = coupons.offer AND k.person = $2),
		account = $3, reserved_at = $4 WHERE code = $5 AND (state = 'free' OR state = 'reserved' AND $6 AND person <> $7)`,
		zeroNull(person), person, account, store.Ms(at), code, person != 0, person); err != nil {
		return false, err
	}
	if known, err = finding.One(ctx, tx, `delivered_at = COALESCE(delivered_at, ?)`, `code = ?`, store.Ms(at), code); known || err != nil {
		return known, err
	}
	return store.Changed(tx.ExecContext(ctx, `UPDATE coupons SET delivered_at = COALESCE(delivered_at, $1)
		WHERE code = $2`, store.Ms(at), code))
}

func zeroNull(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}
