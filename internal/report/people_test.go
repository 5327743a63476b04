package report_test

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"magpie/internal/audit"
	"magpie/internal/coupon"
	"magpie/internal/network"
	"magpie/internal/orders"
	"magpie/internal/people"
	"magpie/internal/report"
	"magpie/internal/segment"
	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

// How customers buy: by the months of their first orders, in the shop's zone; what was cancelled is no order.
func TestPeople(t *testing.T) {
	db := storetest.Open(t, audit.Migrations(), people.Migrations(), coupon.Migrations(), orders.Migrations())
	b := &orders.Book{DB: db, Currency: func() string { return "USD" }}
	b.People = &people.Book{DB: db, IDs: store.NewIDs(), Kinds: []network.Kind{{Name: "mastodon"}}}
	now := time.Date(2027, 11, 26, 12, 0, 0, 0, time.UTC)
	_, err := b.Import(t.Context(), strings.NewReader(`order,customer,at,amount,state
1,a,2027-01-10,10,
2,a,2027-02-10,10,
3,a,2027-11-20,10,
4,b,2027-01-31 23:30:00 -0600,10,
5,b,2027-05-20,10,
6,c,2027-02-01,10,
7,c,2027-02-02,10,cancelled
8,d,2027-11-01,10,
`), orders.Import{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE persons SET city = 'Bonn' WHERE id IN (SELECT person FROM handles WHERE handle IN ('a', 'd'))`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	chicago, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	got, err := report.People(t.Context(), db, report.Who{}, report.Span{Since: now.AddDate(0, -1, 0)}, now, chicago)
	want := report.Buying{Customers: 4, Again: 2, Days: 31, Lapsed: 2, WonBack: 1, Cohorts: []report.Cohort{
		{Month: "2027-01", Customers: 2, In90: 1, In180: 2, Again: 2}, {Month: "2027-02", Customers: 1}, {Month: "2027-11", Customers: 1}}}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(d, err)
	}
	bonn, err := segment.Compile(`city == "Bonn" and known < 999d`)
	if err != nil {
		t.Fatal(err)
	}
	earlier := report.Span{Until: now.AddDate(0, -1, 0)}
	got, err = report.People(t.Context(), db, report.Who{Segment: bonn}, earlier, now, chicago)
	if err != nil || got.Customers != 2 || got.Again != 1 || got.WonBack != 0 || got.Lapsed != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err = report.People(t.Context(), storetest.Open(t, audit.Migrations(), people.Migrations(), coupon.Migrations(),
		orders.Migrations()),
		report.Who{}, report.Span{}, now, time.UTC); err != nil || got.Customers != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}
