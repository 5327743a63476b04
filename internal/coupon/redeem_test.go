package coupon

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"magpie/internal/audit"
)

func reassign(ctx context.Context, into, from int64) func(*sql.Tx) error {
	return func(tx *sql.Tx) error {
		_, err1 := Reassign(ctx, tx, into, from)
		_, err2 := ReassignUses(ctx, tx, into, from)
		return errors.Join(err1, err2)
	}
}

// refused fails unless err is a refusal for that reason, with those words.
func refused(t *testing.T, err error, reason string, words ...string) {
	t.Helper()
	var r *Refusal
	if !errors.As(err, &r) || r.Reason != reason {
		t.Errorf("got %v, want %q", err, reason)
		return
	}
	for _, w := range words {
		if !strings.Contains(r.Text, w) {
			t.Errorf("got %q, want …%s…", r.Text, w)
		}
	}
}

func TestRefusals(t *testing.T) {
	db := open(t)
	o := Offer{Name: "bf", Made: true}
	until := noon.Add(72 * time.Hour)
	a, _ := reserve(db, o, 1, "p1", noon)
	begin(t, db, a, until)
	deliver(t, db, a)
	redeem := func(code, order string, amount int64, currency string, now time.Time) (bool, error) {
		return Redeem(t.Context(), db, code, Order{order, amount, currency}, nil, "ann", now)
	}
	_, err := redeem("NO-SUCH-CODE", "o1", 100, "USD", noon)
	refused(t, err, "unknown", "NO-SUCH-CODE")
	_, err = redeem("", "o1", 100, "USD", noon)
	refused(t, err, "unknown")
	_, err = redeem(a, "o1", 100, "USD", until.Add(time.Millisecond))
	refused(t, err, "expired", a, "2027-11-29 12:00")
	free, _ := Make(t.Context(), db, o, 1, noon)
	_, err = redeem(free[0], "o1", 100, "USD", noon)
	refused(t, err, "not_issued", free[0])
	if l := left(t, db, "bf"); l.Redeemed != 0 {
		t.Fatalf("a refused code counts: %+v", l)
	}

	if again, err := redeem(" "+strings.ToLower(a)+"\n", "o1", 89900, "USD", until); again || err != nil {
		t.Fatalf("in its last instant, in small letters: %v, %v", again, err)
	}
	for range 2 { // the shop's computer asks again, even after the end
		if again, err := redeem(a, "o1", 89900, "USD", until.Add(time.Hour)); !again || err != nil {
			t.Errorf("the same order: %v, %v", again, err)
		}
	}
	_, err = redeem(a, "o1", 89901, "USD", noon)
	refused(t, err, "differs", "o1", "899.00 USD")
	_, err = redeem(a, "o1", 89900, "EUR", noon)
	refused(t, err, "differs")
	_, err = redeem(a, "o2", 89900, "USD", noon)
	refused(t, err, "used_up", a, "o1")
	if l := left(t, db, "bf"); l.Redeemed != 1 {
		t.Errorf("left %+v", l)
	}
	lines, err := audit.Of(t.Context(), db, "coupon "+a)
	if err != nil || len(lines) != 1 || lines[0].Who != "ann" || !strings.Contains(lines[0].Detail, "899.00 USD") {
		t.Errorf("the log: %+v, %v", lines, err)
	}
	release(t, db, a, "p1")
	if s, _ := state(t, db, a); s != "redeemed" {
		t.Errorf("it is %s", s)
	}
}

// TestInDoubtIsGood: a code whose post may be out can be redeemed.
func TestInDoubtIsGood(t *testing.T) {
	db := open(t)
	a, _ := reserve(db, Offer{Name: "bf", Made: true}, 1, "p1", noon)
	if _, err := Redeem(t.Context(), db, a, Order{"o", 1, "USD"}, nil, "ann", noon); err != nil {
		t.Error(err)
	}
	deliver(t, db, a) // the word that it is out comes late
	if s, _ := state(t, db, a); s != "redeemed" {
		t.Errorf("it is %s", s)
	}
	if _, err := (&Till{DB: db}).Rollback(t.Context(), a, "o", "cancelled", "ann", noon); err != nil {
		t.Error(err)
	}
	if s, _ := state(t, db, a); s != "delivered" {
		t.Errorf("it is %s after its order was cancelled", s)
	}
}

func TestShared(t *testing.T) {
	db := open(t)
	shared := []Shared{{Offer: "cables", Code: "CABLES10", Until: noon}, {Offer: "always", Code: "优惠ALL"}}
	redeem := func(code, order string, amount int64, now time.Time) (bool, error) {
		return Redeem(t.Context(), db, code, Order{order, amount, "USD"}, shared, "ann", now)
	}
	for i, code := range []string{"CABLES10", "cables10", " Cables10 "} {
		if again, err := redeem(code, fmt.Sprint("o", i), 100, noon); again || err != nil {
			t.Errorf("%s: %v, %v", code, again, err)
		}
	}
	if again, err := redeem("cables10", "o1", 100, noon.Add(time.Hour)); !again || err != nil {
		t.Errorf("the same order: %v, %v", again, err)
	}
	_, err := redeem("CABLES10", "o1", 200, noon)
	refused(t, err, "differs")
	_, err = redeem("CABLES10", "o9", 100, noon.Add(time.Second))
	refused(t, err, "expired", "CABLES10")
	if _, err := redeem("优惠all", "o9", 100, noon.Add(1000*time.Hour)); err != nil {
		t.Error(err)
	}
	var n, total int
	if err := db.Read.QueryRow(`SELECT count(*), sum(amount) FROM redemptions WHERE code = 'CABLES10'
		AND offer = 'cables'`).Scan(&n, &total); err != nil || n != 3 || total != 300 {
		t.Errorf("%d redemptions over %d, %v", n, total, err)
	}
}

// TestRedeemRace: of many tills at once one takes the code.
func TestRedeemRace(t *testing.T) {
	db := open(t)
	a, _ := reserve(db, Offer{Name: "bf", Made: true}, 1, "p1", noon)
	deliver(t, db, a)
	var wg sync.WaitGroup
	var mu sync.Mutex
	won, again, used := map[string]bool{}, 0, 0
	for i := range 24 {
		wg.Go(func() {
			order := fmt.Sprint("o", i%6)
			twice, err := Redeem(t.Context(), db, a, Order{order, 5, "USD"}, nil, "ann", noon)
			mu.Lock()
			defer mu.Unlock()
			var r *Refusal
			switch {
			case err == nil && !twice:
				won[order] = true
			case err == nil:
				again++
			case errors.As(err, &r) && r.Reason == "used_up":
				used++
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(won) != 1 || again != 3 || used != 20 {
		t.Errorf("%v won, %d again, %d used", won, again, used)
	}
}
