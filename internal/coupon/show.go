package coupon

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"magpie/internal/audit"
	"magpie/internal/store"
)

// Used is one order in which a code was used.
type Used struct {
	Order
	State    UseState
	Discount int64
	Refunded int64 // of Amount
	At       time.Time
	Until    time.Time // of a lock
}

// Story is all that is known of a code.
type Story struct {
	Code, Offer, State               string // the state of a shared code is "shared"
	Person                           int64  // 0: nobody's
	Account, Campaign, Step, Segment string
	Reserved, Delivered, Until       time.Time // zero: not yet, or no end
	Posts                            []string  // that carry it
	Used                             []Used
	Log                              []audit.Line
}

// Show tells the story of a code, however it is typed. One that there is not is a *Refusal.
func Show(ctx context.Context, db *store.DB, code string, shared []Shared) (s Story, err error) {
	code = strings.TrimSpace(code)
	if x, ok := sharedAs(shared, code); ok {
		s = Story{Code: x.Code, Offer: x.Offer, State: "shared", Until: x.Until}
	} else if s, err = own(ctx, db, code); err != nil {
		return s, err
	}
	if err := s.uses(ctx, db); err != nil {
		return s, err
	}
	s.Log, err = audit.Of(ctx, db, "coupon "+s.Code)
	return s, err
}

func own(ctx context.Context, db *store.DB, code string) (s Story, err error) {
	k, err := find(ctx, db.Read, code)
	if err != nil {
		return s, err
	}
	s = Story{Code: k.code, Offer: k.offer, State: k.state, Account: k.account, Campaign: k.campaign, Step: k.step, Segment: k.segment}
	var person, reserved, delivered sql.NullInt64
	if err := db.Read.QueryRowContext(ctx, `SELECT person, reserved_at, delivered_at FROM coupons WHERE code = $1`, k.code).
		Scan(&person, &reserved, &delivered); err != nil {
		return s, err
	}
	s.Person = person.Int64
	for to, from := range map[*time.Time]sql.NullInt64{&s.Reserved: reserved, &s.Delivered: delivered, &s.Until: k.until} {
		if from.Valid {
			*to = store.Time(from.Int64)
		}
	}
	rows, err := db.Read.QueryContext(ctx, `SELECT post FROM coupon_posts WHERE code = $1 ORDER BY post`, k.code)
	if err != nil {
		return s, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return s, err
		}
		s.Posts = append(s.Posts, id)
	}
	return s, rows.Err()
}

// usesMost are shown of a code, the newest first.
const usesMost = 50

func (s *Story) uses(ctx context.Context, db *store.DB) error {
	rows, err := db.Read.QueryContext(ctx,
		`SELECT order_id, amount, currency, at, state, discount, refunded, COALESCE(expires_at, 0) FROM redemptions
		WHERE code = $1 ORDER BY at DESC, order_id LIMIT $2`, s.Code, usesMost)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var u Used
		var at, until int64
		if err := rows.Scan(&u.ID, &u.Amount, &u.Currency, &at, &u.State, &u.Discount, &u.Refunded, &until); err != nil {
			return err
		}
		u.At, u.Until = store.Time(at), store.Time(until)
		s.Used = append(s.Used, u)
	}
	return rows.Err()
}

// Held is a code that somebody has.
type Held struct {
	Code, Offer, State string
	Given, Until       time.Time // Until is zero where it has no end, or has not gone out
}

// HeldBy are the newest codes of a person.
func HeldBy(ctx context.Context, q store.Querier, person int64, limit int) (out []Held, err error) {
	rows, err := q.QueryContext(ctx,
		`SELECT code, offer, state, COALESCE(reserved_at, 0), COALESCE(valid_until, 0) FROM coupons WHERE person = $1
		ORDER BY reserved_at DESC, code LIMIT $2`, person, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var h Held
		var given, until int64
		if err := rows.Scan(&h.Code, &h.Offer, &h.State, &given, &until); err != nil {
			return nil, err
		}
		h.Given, h.Until = store.Time(given), store.Time(until)
		out = append(out, h)
	}
	return out, rows.Err()
}
