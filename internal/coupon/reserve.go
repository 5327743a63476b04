package coupon

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"magpie/internal/crash"
	"magpie/internal/store"
)

// For is what a coupon is given for.
type For struct {
	Person                           int64
	Former                           []int64 // the numbers under which the person was known before they were erased
	Post                             string  // the post that carries the code
	Account, Campaign, Step, Segment string
}

// Reserve gives a person a code, or tells them theirs again. It is given to
// nobody else from then on. It fails with ErrNone, ErrUsed or ErrExpired.
func Reserve(ctx context.Context, tx *sql.Tx, o Offer, f For, now time.Time) (code string, err error) {
	given, err := ReserveAll(ctx, tx, o, []For{f}, now)
	if err != nil {
		return "", err
	}
	return given[0].Code, given[0].Err
}

// Given is the code that somebody gets, or why they get none: ErrNone, ErrUsed or ErrExpired.
type Given struct {
	Code string
	Err  error
}

// ReserveAll is Reserve for many persons, each of them once and all for one step of a campaign on one account, with statements
// that do for all what they would do for each.
func ReserveAll(ctx context.Context, tx *sql.Tx, o Offer, all []For, now time.Time) ([]Given, error) {
	crash.At("reserving")
	had, err := hadBefore(ctx, tx, o, all)
	if err != nil {
		return nil, err
	}
	given := make([]Given, len(all))
	var open []claim
	for i, f := range all {
		theirs := had[f.Person]
		switch {
		case len(theirs) >= max(o.PerPerson, 1):
			given[i] = again(theirs[len(theirs)-1], now)
		case o.usedUp(f, had):
			given[i].Err = ErrUsed
		default:
			open = append(open, claim{at: i, Person: f.Person, Ordinal: 1 + lastOrdinal(theirs)})
		}
	}
	if err := fresh(ctx, tx, o, all, open, given, now); err != nil {
		return nil, err
	}
	err = tell(ctx, tx, all, given)
	crash.At("reserved")
	return given, err
}

// held is a code of the offer that a person has.
type held struct {
	code, state    string
	until, ordinal int64
}

// hadBefore are the codes of the offer that persons have, and had before they were erased, by person, the last one last.
func hadBefore(ctx context.Context, tx *sql.Tx, o Offer, all []For) (map[int64][]held, error) {
	persons, listed := make([]claim, 0, len(all)), map[int64]bool{}
	for _, f := range all {
		for _, p := range append(slices.Clone(f.Former), f.Person) {
			if !listed[p] {
				persons = append(persons, claim{Person: p})
			}
			listed[p] = true
		}
	}
	each, err := store.Each(persons)
	if err != nil {
		return nil, err
	}
	// CROSS JOIN, and the offer as an expression: each person is to be looked up, instead of going through all codes of the offer.
	rows, err := tx.QueryContext(ctx, `SELECT k.person, k.code, k.state, COALESCE(k.valid_until, 0), k.ordinal FROM json_each($1) j
		CROSS JOIN coupons k WHERE k.offer || '' = $2 AND k.person = CAST(j.value ->> 'person' AS BIGINT)
		ORDER BY k.person, k.ordinal`, each, o.Name)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	had := map[int64][]held{}
	for rows.Next() {
		var person int64
		var h held
		if err := rows.Scan(&person, &h.code, &h.state, &h.until, &h.ordinal); err != nil {
			return nil, err
		}
		had[person] = append(had[person], h)
	}
	return had, rows.Err()
}

// again tells a person their last code once they have all that they may have.
func again(last held, now time.Time) Given {
	switch {
	case last.state == string(Redeemed):
		return Given{Err: ErrUsed}
	case last.until != 0 && last.until < store.Ms(now):
		return Given{Err: ErrExpired}
	}
	return Given{Code: last.code}
}

// usedUp tells whether a person had all that they may have before they were erased.
func (o Offer) usedUp(f For, had map[int64][]held) bool {
	if len(f.Former) == 0 {
		return false
	}
	n := len(had[f.Person])
	for _, p := range f.Former {
		n += len(had[p])
	}
	return n >= max(o.PerPerson, 1)
}

func lastOrdinal(theirs []held) int64 {
	if len(theirs) == 0 {
		return 0
	}
	return theirs[len(theirs)-1].ordinal
}

// claim is a code for somebody.
type claim struct {
	at      int    // in the list of all who want one
	Code    string `json:"code"`
	Person  int64  `json:"person"`
	Ordinal int64  `json:"ordinal"` // which of the person's codes of the offer it is, from 1
}

// fresh takes free codes for the open claims, and makes those that are missing. Another may take a code that was seen free a
// moment ago: the claim goes on with the next.
func fresh(ctx context.Context, tx *sql.Tx, o Offer, all []For, open []claim, given []Given, now time.Time) error {
	for len(open) > 0 {
		free, err := freeCodes(ctx, tx, o, len(open))
		if err != nil {
			return err
		}
		if len(free) == 0 {
			break
		}
		for i := range open {
			open[i].Code = ""
			if i < len(free) {
				open[i].Code = free[i]
			}
		}
		taken, err := take(ctx, tx, all[open[0].at], open[:len(free)], now)
		if err != nil {
			return err
		}
		open = noteTaken(open, taken, given)
	}
	if o.Made {
		return makeFor(ctx, tx, o, all, open, given, now)
	}
	none(open, given)
	return nil
}

// none says that no code is left.
func none(open []claim, given []Given) {
	for _, c := range open {
		given[c.at].Err = ErrNone
	}
}

// noteTaken notes who has their code, and returns the claims that are still open.
func noteTaken(open []claim, taken map[string]bool, given []Given) []claim {
	return slices.DeleteFunc(open, func(c claim) bool {
		mine := taken[c.Code]
		if mine {
			given[c.at].Code = c.Code
		}
		delete(taken, c.Code) // it is given to nobody else, should the same code have been made twice
		return mine
	})
}

// freeCodes are n free codes of an offer at most, in one order everywhere, so that two who claim do not wait for each other.
func freeCodes(ctx context.Context, tx *sql.Tx, o Offer, n int) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `SELECT code FROM coupons WHERE offer = $1 AND state = 'free' LIMIT $2`, o.Name, n)
	if err != nil {
		return nil, err
	}
	codes, err := store.Column[string](rows)
	slices.Sort(codes)
	return codes, err
}

// take reserves free codes, and returns those that were free still. The statement repeats that condition: without it,
// Postgres hands rows out twice.
func take(ctx context.Context, tx *sql.Tx, f For, claims []claim, now time.Time) (map[string]bool, error) {
	each, err := store.Each(claims)
	if err != nil {
		return nil, err
	}
	return reserving.Each(ctx, tx, `person = CAST(j.value ->> 'person' AS BIGINT), ordinal = CAST(j.value ->> 'ordinal' AS BIGINT),
		account = ?, campaign = ?, step = ?, segment = ?, reserved_at = ?`, `coupons.code = j.value ->> 'code'`,
		f.Account, f.Campaign, f.Step, f.Segment, store.Ms(now), each)
}

// makeFor makes codes for the open claims, as far as the offer's limit allows. They are their persons' from the beginning.
func makeFor(ctx context.Context, tx *sql.Tx, o Offer, all []For, open []claim, given []Given, now time.Time) error {
	room, err := o.room(ctx, tx, len(open))
	if err != nil {
		return err
	}
	none(open[room:], given)
	for open = open[:room]; len(open) > 0; {
		for i, code := range newCodes(len(open)) {
			open[i].Code = code
		}
		each, err := store.Each(open)
		if err != nil {
			return err
		}
		f := all[open[0].at]
		rows, err := tx.QueryContext(ctx,
			`INSERT INTO coupons (code, offer, state, person, ordinal, account, campaign, step, segment, reserved_at,
			created_at) SELECT j.value ->> 'code', $1, 'reserved', CAST(j.value ->> 'person' AS BIGINT),
				CAST(j.value ->> 'ordinal' AS BIGINT),
			$2, $3, $4, $5, CAST($6 AS BIGINT),
				CAST($7 AS BIGINT) FROM json_each($8) j WHERE true ON CONFLICT (code) DO NOTHING RETURNING code`,
			o.Name, f.Account, f.Campaign, f.Step, f.Segment, store.Ms(now), store.Ms(now), each)
		if err != nil {
			return err
		}
		made, err := store.Column[string](rows)
		if err == nil {
			err = added(ctx, tx, o.Name, len(made))
		}
		if err != nil {
			return err
		}
		open = noteTaken(open, setOf(made), given)
	}
	return nil
}

// room is how many of n codes may be made.
func (o Offer) room(ctx context.Context, tx *sql.Tx, n int) (int, error) {
	if o.Limit == 0 || n == 0 {
		return n, nil
	}
	have, err := codesOf(ctx, tx, o.Name)
	return max(0, min(n, o.Limit-have)), err
}

func setOf(all []string) map[string]bool {
	out := make(map[string]bool, len(all))
	for _, s := range all {
		out[s] = true
	}
	return out
}

// tell notes which posts carry the codes.
func tell(ctx context.Context, tx *sql.Tx, all []For, given []Given) error {
	type telling struct {
		Code string `json:"code"`
		Post string `json:"post"`
	}
	var told []telling
	for i, g := range given {
		if g.Code != "" {
			told = append(told, telling{g.Code, all[i].Post})
		}
	}
	each, err := store.Each(told)
	if err != nil || len(told) == 0 {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO coupon_posts (code, post) SELECT j.value ->> 'code', j.value ->> 'post' FROM json_each($1) j
		WHERE true ON CONFLICT DO NOTHING`, each)
	return err
}
