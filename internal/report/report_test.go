package report_test

import (
	"database/sql"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"magpie/internal/audit"
	"magpie/internal/coupon"
	"magpie/internal/inbox"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/people"
	"magpie/internal/report"
	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

var noon = time.Date(2027, 11, 26, 12, 0, 0, 0, time.UTC)

func TestMain(m *testing.M) { os.Exit(storetest.Both(m)) }

func open(t *testing.T) *store.DB {
	t.Helper()
	return storetest.Open(t, audit.Migrations(), people.Migrations(), coupon.Migrations(), outbox.Migrations(), inbox.Migrations())
}

func write(t *testing.T, db *store.DB, fn func(*sql.Tx) error) {
	t.Helper()
	if err := db.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// TestCampaigns follows some coupons from the post to the till.
func TestCampaigns(t *testing.T) {
	db := open(t)
	o := coupon.Offer{Name: "bf", Made: true}
	var codes []string
	write(t, db, func(tx *sql.Tx) error {
		for i := range 5 {
			p := &outbox.Post{Key: fmt.Sprint("k", i), Kind: outbox.Direct, Account: "outlet", Campaign: "bf", Step: "regulars",
				Segment: "vip",
				Person:  int64(i + 1), SlotAt: noon}
			if i == 4 {
				p.Account, p.Segment = "home", ""
			}
			code, err := coupon.Reserve(t.Context(), tx, o, coupon.For{Person: p.Person, Post: outbox.ID(p.Key), Account: p.Account,
				Campaign: p.Campaign, Step: p.Step, Segment: p.Segment}, noon)
			if err != nil {
				return err
			}
			codes = append(codes, code)
			p.Code = code
			if _, err := outbox.Add(t.Context(), tx, p, noon); err != nil {
				return err
			}
			if i == 3 {
				continue // it never goes out
			}
			if _, err := tx.Exec(`UPDATE posts SET state = 'sent', sent_at = $1 WHERE id = $2`, noon.UnixMilli(), p.ID); err != nil {
				return err
			}
			if err := coupon.Deliver(t.Context(), tx, noon, code); err != nil {
				return err
			}
		}
		return nil
	})
	till := &coupon.Till{DB: db, Shared: []coupon.Shared{{Offer: "cables", Code: "ALL"}}}
	for i, r := range []coupon.Order{{ID: "o1", Amount: 89900, Currency: "USD"}, {ID: "o2", Amount: 10050, Currency: "USD"},
		{ID: "o3", Amount: 700, Currency: "EUR"}} {
		if _, err := till.Redeem(t.Context(), coupon.Use{Code: codes[i], Order: r, Who: "ann"}, noon.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, err := till.Redeem(t.Context(), coupon.Use{Code: codes[i], Order: r, Who: "ann"}, noon.Add(2*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := till.Redeem(t.Context(), coupon.Use{Code: "ALL", Order: coupon.Order{ID: "o9", Amount: 100, Currency: "USD"},
		Who: "ann"}, noon); err != nil {
		t.Fatal(err)
	}
	got, err := report.Campaigns(t.Context(), db, report.Span{Since: noon.Add(-time.Hour)})
	want := []report.Line{
		{Campaign: "bf", Step: "regulars", Account: "home", Posts: 1, Reserved: 1, Delivered: 1},
		{Campaign: "bf", Step: "regulars", Account: "outlet", Segment: "vip", Posts: 3, Reserved: 4, Delivered: 3, Redeemed: 3,
			Revenue: []report.Sum{{Amount: 700, Currency: "EUR"}, {Amount: 99950, Currency: "USD"}}},
		{Redeemed: 1, Revenue: []report.Sum{{Amount: 100, Currency: "USD"}}},
	}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(d, err)
	}
	if got[1].Revenue[1].String() != "999.50 USD" {
		t.Errorf("printed as %s", got[1].Revenue[1])
	}
	if later, err := report.Campaigns(t.Context(), db, report.Span{Since: noon.Add(30 * time.Minute)}); err != nil || len(later) != 1 ||
		later[0].Posts != 0 ||
		later[0].Redeemed != 3 {
		t.Errorf("since half past: %+v, %v", later, err)
	}
}

// TestMentions: how service did, and the median from arrival to answer.
func TestMentions(t *testing.T) {
	db := open(t)
	if s, err := report.Mentions(t.Context(), db, report.Span{Since: noon}); err != nil || s != (report.Service{}) {
		t.Errorf("nothing happened: %+v, %v", s, err)
	}
	waits := []time.Duration{time.Second, 3 * time.Second, 2 * time.Minute}
	write(t, db, func(tx *sql.Tx) error {
		for i, state := range []inbox.State{inbox.Answered, inbox.Answered, inbox.Answered, inbox.Answered, inbox.Desk, inbox.Silent,
			inbox.Closed} {
			id, _, err := inbox.Keep(t.Context(), tx, "mastodon", "outlet", 1, network.Mention{Item: fmt.Sprint(i)}, noon)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(`UPDATE mentions SET state = $1 WHERE id = $2`, state, id); err != nil {
				return err
			}
			if i >= len(waits) {
				continue // the fourth answer is not out yet
			}
			p := &outbox.Post{Key: id, Kind: outbox.Answer, Account: "outlet", Mention: id, SlotAt: noon}
			if _, err := outbox.Add(t.Context(), tx, p, noon); err != nil {
				return err
			}
			if _, err := tx.Exec(`UPDATE posts SET state = 'sent', sent_at = $1 WHERE id = $2`, noon.Add(waits[i]).UnixMilli(),
				p.ID); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(`INSERT INTO persons (id, created_at) VALUES (1, 1)`); err != nil {
			return err
		}
		_, err := people.OptOut(t.Context(), tx, 1, "x", noon, noon)
		return err
	})
	want := report.Service{Mentions: 7, Answered: 4, Desk: 1, Silent: 1, Closed: 1, OptOuts: 1, Median: 3 * time.Second}
	if s, err := report.Mentions(t.Context(), db, report.Span{Since: noon}); err != nil || s != want {
		t.Errorf("got %+v, %v", s, err)
	}
	if s, err := report.Mentions(t.Context(), db, report.Span{Since: noon.Add(time.Second)}); err != nil || s.Mentions != 0 ||
		s.OptOuts != 0 {
		t.Errorf("got %+v, %v", s, err)
	}
}
