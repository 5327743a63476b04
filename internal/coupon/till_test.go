package coupon

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"magpie/internal/store"
)

// till is one for an offer with terms, and everybody's code ALL of it.
func till(db *store.DB, terms Terms) *Till {
	return &Till{DB: db, Shared: []Shared{{Offer: "bf", Code: "ALL"}}, Terms: func(string) Terms { return terms }}
}

func usd(order string, amount int64) Order { return Order{order, amount, "USD"} }

func used(t testing.TB, db *store.DB, span string) (uses, discount int64) {
	t.Helper()
	err := db.Read.QueryRow(`SELECT uses, discount FROM coupon_uses WHERE offer = 'bf' AND span = $1`, span).Scan(&uses, &discount)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		t.Fatal(err)
	}
	return uses, discount
}

func given(t testing.TB, db *store.DB, person int64) string {
	t.Helper()
	code, err := reserve(db, Offer{Name: "bf", Made: true}, person, fmt.Sprint("p", person), noon)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// A lock holds a code for its order alone until its time is up; what it holds counts.
func TestLock(t *testing.T) {
	db := open(t)
	x := till(db, Terms{Percent: 30, Ever: 2, Most: Sum{5000, "USD"}})
	ctx, code := t.Context(), given(t, db, 1)
	r, err := x.Lock(ctx, Use{Code: code, Order: usd("o1", 10000), Who: "ann"}, time.Minute, noon)
	if err != nil || r.Discount != (Sum{3000, "USD"}) || !r.Until.Equal(noon.Add(time.Minute)) || r.State != UseLocked {
		t.Fatalf("%+v, %v", r, err)
	}
	if again, err := x.Lock(ctx, Use{Code: code, Order: usd("o1", 10000)}, time.Hour, noon.Add(time.Second)); err != nil || !again.Again ||
		again.Until != r.Until {
		t.Errorf("the same order: %+v, %v", again, err)
	}
	_, err = x.Lock(ctx, Use{Code: code, Order: usd("o1", 9999)}, time.Hour, noon)
	refused(t, err, "differs", "100.00 USD")
	_, err = x.Lock(ctx, Use{Code: code, Order: usd("o2", 10000)}, time.Hour, noon)
	refused(t, err, "locked", "o1")
	_, err = x.Redeem(ctx, Use{Code: code, Order: usd("o2", 7000)}, noon)
	refused(t, err, "locked", "o1")
	if s, _ := state(t, db, code); s != "locked" {
		t.Error(s)
	}
	// Its time is up: another order may, and the first may not end it any more.
	r, err = x.Lock(ctx, Use{Code: code, Order: usd("o2", 100000)}, time.Minute, noon.Add(time.Minute))
	if err != nil || r.Discount.Amount != 5000 {
		t.Fatalf("%+v, %v", r, err)
	}
	if n, off := used(t, db, "ever"); n != 1 || off != 5000 {
		t.Errorf("%d uses, %d", n, off)
	}
	_, err = x.Redeem(ctx, Use{Code: code, Order: usd("o1", 7000)}, noon.Add(time.Minute))
	refused(t, err, "locked", "o2")
	r, err = x.Redeem(ctx, Use{Code: code, Order: usd("o2", 96000), Discount: 4000, Given: true, Who: "ann"}, noon.Add(time.Minute))
	if err != nil || r.Again || r.State != UseRedeemed {
		t.Fatalf("%+v, %v", r, err)
	}
	if n, off := used(t, db, "ever"); n != 1 || off != 4000 {
		t.Errorf("%d uses, %d", n, off)
	}
	_, err = x.Unlock(ctx, code, "o2", "ann", noon)
	refused(t, err, "not_locked")
	_, err = x.Rollback(ctx, code, "o2", "sent back", "ann", noon)
	if s, _ := state(t, db, code); err != nil || s != "reserved" {
		t.Errorf("%s, %v", s, err)
	}
	_, err = x.Rollback(ctx, code, "o2", "again", "ann", noon)
	refused(t, err, "already_rolled_back")
	_, err = x.Redeem(ctx, Use{Code: code, Order: usd("o2", 96000)}, noon) // a message that comes late
	refused(t, err, "already_rolled_back")
	if n, off := used(t, db, "ever"); n != 0 || off != 0 {
		t.Errorf("%d uses, %d", n, off)
	}
	if _, err = x.Lock(ctx, Use{Code: code, Order: usd("o3", 100)}, time.Minute, noon); err != nil {
		t.Error(err)
	}
	if _, err = x.Unlock(ctx, code, "o3", "ann", noon); err != nil {
		t.Error(err)
	}
	if r, err = x.Unlock(ctx, code, "o3", "ann", noon); err != nil || !r.Again {
		t.Error(r, err)
	}
}

// Each limit has its reason, and lets in as many as it says.
func TestLimits(t *testing.T) {
	for name, c := range map[string]struct {
		terms  Terms
		reason string
		room   int // so many of the uses below
	}{
		"ever": {Terms{Ever: 3}, "campaign_limit", 3}, "day": {Terms{Day: 2}, "campaign_limit", 4}, "week": {Terms{Week: 3},
			"campaign_limit", 3},
		"month": {Terms{Month: 1}, "campaign_limit", 1}, "person": {Terms{Person: 1}, "person_limit", 2},
		"budget":   {Terms{Percent: 50, Budget: Sum{2500, "USD"}}, "budget", 2},
		"fixed":    {Terms{Fixed: Sum{1000, "USD"}, Budget: Sum{3999, "USD"}}, "budget", 3},
		"least":    {Terms{Least: Sum{100000, "USD"}}, "order_too_small", 0},
		"currency": {Terms{Least: Sum{1, "EUR"}}, "currency", 0}, "from": {Terms{From: noon.AddDate(0, 0, 9)}, "not_yet", 0},
	} {
		t.Run(name, func(t *testing.T) {
			db := open(t)
			x := till(db, c.terms)
			let := 0
			for i := range 6 { // three on a Friday, three on the day after
				_, err := x.Redeem(t.Context(), Use{Code: "all", Order: usd(fmt.Sprint("o", i), 1000), Person: int64(1 + i%2)},
					noon.Add(time.Duration(i/3)*24*time.Hour))
				if err == nil {
					let++
					continue
				}
				refused(t, err, c.reason)
			}
			if let != c.room {
				t.Errorf("%d were let in, want %d", let, c.room)
			}
		})
	}
	db := open(t)
	_, err := till(db, Terms{Person: 1}).Redeem(t.Context(), Use{Code: "ALL", Order: usd("o", 1)}, noon)
	refused(t, err, "customer_needed")
}

// The days of an offer are those of the shop's zone, also where they have 23 hours.
func TestDaysOfLimits(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	db := open(t)
	x := till(db, Terms{Day: 1, Zone: berlin})
	at := func(s string) time.Time {
		d, err := time.ParseInLocation("2006-01-02 15:04", s, berlin)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for i, c := range []struct {
		at   string
		fits bool
	}{{"2027-03-27 23:59", true}, {"2027-03-28 00:00", true}, {"2027-03-28 23:59", false}, {"2027-03-29 00:00", true},
		{"2027-03-29 22:00", false}} {
		if _, err := x.Redeem(t.Context(), Use{Code: "ALL", Order: usd(fmt.Sprint("o", i), 1)}, at(c.at)); (err == nil) != c.fits {
			t.Errorf("%s: %v", c.at, err)
		}
	}
}

// Two handles that are one person have one limit.
func TestPersonLimitMerged(t *testing.T) {
	db := open(t)
	x := till(db, Terms{Person: 2})
	for i, p := range []int64{1, 2} {
		if _, err := x.Redeem(t.Context(), Use{Code: "ALL", Order: usd(fmt.Sprint("o", i), 1), Person: p}, noon); err != nil {
			t.Fatal(err)
		}
	}
	must(t, db, reassign(t.Context(), 1, 2))
	_, err := x.Redeem(t.Context(), Use{Code: "ALL", Order: usd("o9", 1), Person: 1}, noon)
	refused(t, err, "person_limit")
	if _, err := x.Rollback(t.Context(), "ALL", "o1", "cancelled", "ann", noon); err != nil {
		t.Fatal(err)
	}
	if _, err := x.Redeem(t.Context(), Use{Code: "ALL", Order: usd("o9", 1), Person: 1}, noon); err != nil {
		t.Error(err)
	}
}

// TestOneCodeManyClients: of sixteen who use one code at once, one does.
func TestOneCodeManyClients(t *testing.T) {
	db := open(t)
	x := till(db, Terms{Ever: 100})
	code := given(t, db, 1)
	var won atomic.Int64
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			u := Use{Code: code, Order: usd(fmt.Sprint("o", i), 100)}
			var err error
			if i%2 == 0 {
				_, err = x.Lock(context.Background(), u, time.Hour, noon)
			} else {
				_, err = x.Redeem(context.Background(), u, noon)
			}
			var r *Refusal
			if err == nil {
				won.Add(1)
			} else if !errors.As(err, &r) || r.Reason != "locked" && r.Reason != "used_up" {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n, _ := used(t, db, "ever"); won.Load() != 1 || n != 1 {
		t.Errorf("%d used it, %d are counted", won.Load(), n)
	}
}

// TestBudgetManyClients: a thousand codes under one budget, used by sixteen clients that lock, redeem, give up and roll back: never one
// too many, and in the end not one too few.
func TestBudgetManyClients(t *testing.T) {
	db := open(t)
	const codes, fits = 1000, 300
	x := till(db, Terms{Fixed: Sum{100, "USD"}, Budget: Sum{fits * 100, "USD"}, Ever: fits + 5})
	all, err := Make(t.Context(), db, Offer{Name: "bf", Made: true}, codes, noon)
	if err != nil {
		t.Fatal(err)
	}
	persons, posts := make([]int64, codes), make([]string, codes)
	for i := range persons {
		persons[i], posts[i] = int64(i+1), fmt.Sprint("p", i)
	}
	if _, err := reserveAll(db, Offer{Name: "bf", Made: true}, persons, posts, noon); err != nil {
		t.Fatal(err)
	}
	work := make(chan int)
	var clients sync.WaitGroup
	for range 16 {
		clients.Go(func() {
			for i := range work {
				one(t, x, all[i], i)
			}
		})
	}
	for i := range codes {
		work <- i
	}
	close(work)
	clients.Wait()
	n, off := used(t, db, "ever")
	var redeemed, locked int64
	if err := db.Read.QueryRow(`SELECT COALESCE(sum(CASE state WHEN 'redeemed' THEN 1 ELSE 0 END), 0), COALESCE(sum(CASE state WHEN 'locked'
		THEN 1 ELSE 0 END), 0) FROM redemptions`).Scan(&redeemed, &locked); err != nil {
		t.Fatal(err)
	}
	if n != fits || off != fits*100 || redeemed+locked != fits {
		t.Errorf("%d uses, %d off, %d redeemed, %d locked: the budget is for %d", n, off, redeemed, locked, fits)
	}
	if err := x.Lapse(t.Context(), noon.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if n, _ := used(t, db, "ever"); n != redeemed {
		t.Errorf("%d uses after all locks are over, %d are redeemed", n, redeemed)
	}
}

// one client with one code: a third locks and redeems, a third redeems, a third locks and gives up, or redeems and rolls back, and tries
// again.
func one(t *testing.T, x *Till, code string, i int) {
	u := Use{Code: code, Order: usd(fmt.Sprint("o", i), 1000)}
	lock := func() { _, _ = x.Lock(context.Background(), u, time.Hour, noon) } // refused for the budget at times
	redeem := func() { _, _ = x.Redeem(context.Background(), u, noon) }
	switch i % 5 {
	case 0:
		lock()
		u.Amount = 900
		redeem()
	case 1:
		redeem()
	case 2:
		lock()
	case 3:
		lock()
		_, _ = x.Unlock(context.Background(), code, u.ID, "ann", noon)
		redeem()
	default:
		redeem()
		_, _ = x.Rollback(context.Background(), code, u.ID, "sent back", "ann", noon)
		u.ID += "b"
		redeem()
	}
}

// TestAnyUses: whatever shops do, in whatever order, what is counted is what is locked or redeemed, and a code's state says so.
func TestAnyUses(t *testing.T) {
	db := open(t)
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		if _, err := db.Writer().Exec(`DELETE FROM coupon_uses`); err != nil {
			rt.Fatal(err)
		}
		if _, err := db.Writer().Exec(`DELETE FROM redemptions`); err != nil {
			rt.Fatal(err)
		}
		terms := Terms{Percent: 10, Ever: rapid.IntRange(0, 3).Draw(rt, "ever"), Person: rapid.IntRange(0, 2).Draw(rt, "person"),
			Budget: Sum{int64(rapid.IntRange(0, 3).Draw(rt, "budget") * 10), "USD"}}
		x, now := till(db, terms), noon
		codes := []string{given(t, db, int64(10*n)), given(t, db, int64(10*n+1)), "ALL"}
		for range rapid.IntRange(1, 25).Draw(rt, "acts") {
			u := Use{Code: rapid.SampledFrom(codes).Draw(rt, "code"), Order: usd(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt,
				"order"), 90),
				Person: int64(rapid.IntRange(0, 1).Draw(rt, "who"))}
			now = now.Add(time.Duration(rapid.IntRange(0, 40).Draw(rt, "seconds")) * time.Second)
			var err error
			if rapid.Bool().Draw(rt, "given") {
				u.Given, u.Discount = true, int64(rapid.IntRange(0, 30).Draw(rt, "off"))
			}
			u.Amount += int64(rapid.IntRange(0, 1).Draw(rt, "more"))
			switch rapid.IntRange(0, 4).Draw(rt, "act") {
			case 0:
				_, err = x.Lock(context.Background(), u, 30*time.Second, now)
			case 1:
				_, err = x.Redeem(context.Background(), u, now)
			case 2:
				_, err = x.Unlock(context.Background(), u.Code, u.ID, "", now)
			case 3:
				_, err = x.Rollback(context.Background(), u.Code, u.ID, "", "", now)
			case 4:
				err = db.Batch(context.Background(), func(tx *sql.Tx) error {
					_, err := x.Settle(context.Background(), tx, Ended{Code: u.Code, Order: u.Order, Refunded: int64(rapid.IntRange(0,
						1).Draw(rt,
						"back")) * u.Amount, Cancelled: rapid.Bool().Draw(rt, "cancelled")}, now)
					return err
				})
			}
			var r *Refusal
			if err != nil && !errors.As(err, &r) {
				rt.Fatal(err)
			}
			holds(rt, db, terms)
		}
	})
}

// holds says what is wrong with what is counted.
func holds(t *rapid.T, db *store.DB, terms Terms) {
	for what, query := range map[string]string{
		"uses": `SELECT COALESCE((SELECT uses FROM coupon_uses WHERE offer = 'bf' AND span = 'ever'), 0) - (SELECT count(*) FROM redemptions
			WHERE state IN ('locked', 'redeemed'))`,
		"discounts": `SELECT COALESCE((SELECT discount FROM coupon_uses WHERE offer = 'bf' AND span = 'ever'), 0) - (SELECT COALESCE(sum(discount), 0)
			FROM redemptions WHERE state IN ('locked', 'redeemed'))`,
		"people": `SELECT COALESCE((SELECT sum(uses) FROM coupon_uses WHERE offer = 'bf' AND span LIKE 'person %'), 0) - (SELECT count(*)
			FROM redemptions WHERE state IN ('locked', 'redeemed') AND person IS NOT NULL)`,
		"codes": `SELECT count(*) FROM coupons k WHERE k.state NOT IN ('free', 'reserved') AND NOT EXISTS (SELECT 1 FROM redemptions r
			WHERE r.code = k.code AND r.state = k.state)
			AND EXISTS (SELECT 1 FROM redemptions r WHERE r.code = k.code)`,
		"two uses": `SELECT count(*) FROM (SELECT code FROM redemptions WHERE code <> 'ALL' AND state IN ('locked', 'redeemed') GROUP BY code
			HAVING count(*) > 1) x`,
	} {
		var n int64
		if err := db.Read.QueryRow(query).Scan(&n); err != nil || n != 0 {
			t.Fatalf("%s: %d, %v", what, n, err)
		}
	}
	var uses, off int64
	err := db.Read.QueryRow(`SELECT uses, discount FROM coupon_uses WHERE offer = 'bf' AND span = 'ever'`).Scan(&uses, &off)
	if err == nil && (terms.Ever > 0 && uses > int64(terms.Ever) || terms.Budget.Amount > 0 && off > terms.Budget.Amount) {
		t.Fatalf("%d uses, %d off: more than %+v", uses, off, terms)
	}
}
