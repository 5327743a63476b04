package coupon

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"magpie/internal/audit"
	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

var noon = time.Date(2027, 11, 26, 12, 0, 0, 0, time.UTC)

func TestMain(m *testing.M) {
	_ = flag.Set("rapid.nofailfile", "true") // the message has all it takes
	os.Exit(storetest.Both(m))
}

func open(t testing.TB) *store.DB {
	t.Helper()
	return storetest.Open(t, audit.Migrations(), Migrations())
}

// Redeem is Till.Redeem, for an offer that allows everything.
func Redeem(ctx context.Context, db *store.DB, code string, o Order, shared []Shared, who string, now time.Time) (again bool, err error) {
	r, err := (&Till{DB: db, Shared: shared}).Redeem(ctx, Use{Code: code, Order: o, Who: who}, now)
	return r.Again, err
}

// fails is what tests and properties have in common.
type fails interface {
	Helper()
	Fatalf(string, ...any)
	Errorf(string, ...any)
}

func reserve(db *store.DB, o Offer, person int64, post string, now time.Time) (code string, err error) {
	err = db.Batch(context.Background(), func(tx *sql.Tx) error {
		code, err = Reserve(context.Background(), tx, o, For{Person: person, Post: post, Account: "outlet", Campaign: "c", Step: "s",
			Segment: "g"}, now)
		return err
	})
	return code, err
}

// reserveAll reserves for several persons at once.
func reserveAll(db *store.DB, o Offer, persons []int64, posts []string, now time.Time) (given []Given, err error) {
	all := make([]For, len(persons))
	for i, p := range persons {
		all[i] = For{Person: p, Post: posts[i], Account: "outlet", Campaign: "c", Step: "s", Segment: "g"}
	}
	err = db.Batch(context.Background(), func(tx *sql.Tx) error {
		given, err = ReserveAll(context.Background(), tx, o, all, now)
		return err
	})
	return given, err
}

func must(t fails, db *store.DB, fn func(tx *sql.Tx) error) {
	t.Helper()
	if err := db.Batch(context.Background(), fn); err != nil {
		t.Fatalf("%v", err)
	}
}

func deliver(t fails, db *store.DB, code string) {
	t.Helper()
	must(t, db, func(tx *sql.Tx) error { return Deliver(context.Background(), tx, noon, code) })
}

func release(t fails, db *store.DB, code, post string) {
	t.Helper()
	must(t, db, func(tx *sql.Tx) error { return Release(context.Background(), tx, code, post) })
}

// begin starts a code's time, as its post goes out to its person.
func begin(t fails, db *store.DB, code string, until time.Time) {
	t.Helper()
	if _, person := state(t, db, code); !startOf(t, db, code, person, until) {
		t.Fatalf("%s is not of %d", code, person)
	}
}

func startOf(t fails, db *store.DB, code string, person int64, until time.Time) (theirs bool) {
	t.Helper()
	must(t, db, func(tx *sql.Tx) error {
		all, err := Start(context.Background(), tx, Told{Code: code, Person: person, Until: store.Ms(until)})
		theirs = all[Told{Code: code, Person: person}]
		return err
	})
	return theirs
}

// load imports n codes, C000 and so on.
func load(t fails, db *store.DB, offer string, n int) {
	t.Helper()
	var b strings.Builder
	b.WriteString("code\n")
	for i := range n {
		fmt.Fprintf(&b, "%s-%03d\n", offer, i)
	}
	if got, _, err := Import(context.Background(), db, offer, strings.NewReader(b.String()), nil, noon); err != nil || got != n {
		t.Fatalf("%d, %v", got, err)
	}
}

func state(t fails, db *store.DB, code string) (s string, person int64) {
	t.Helper()
	var p sql.NullInt64
	if err := db.Read.QueryRow(`SELECT state, person FROM coupons WHERE code = $1`, code).Scan(&s, &p); err != nil {
		t.Fatalf("%s: %v", code, err)
	}
	return s, p.Int64
}

func left(t fails, db *store.DB, offer string) Left {
	t.Helper()
	l, err := Count(context.Background(), db, offer)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return l
}
