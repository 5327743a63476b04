package workspace

import (
	"testing"
	"time"

	"magpie/internal/scalar"
)

// TestOver: an offer ends, and a campaign runs, by the days of the account, to the last second of the last one.
func TestOver(t *testing.T) {
	date := func(s string) *scalar.Date {
		d := &scalar.Date{}
		if err := d.Parse(s); err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, x := range []struct {
		now, zone string
		over      bool // the offer until the 28th
		runs      bool // the campaign from the 26th until the 28th
	}{
		{"2027-03-28T23:59:59.999+02:00", "Europe/Berlin", false, true}, // the day on which the clock goes forward
		{"2027-03-29T00:00:00+02:00", "Europe/Berlin", true, false},
		{"2027-03-29T00:00:00+02:00", "America/New_York", false, true},
		{"2027-03-28T16:00:00Z", "Asia/Shanghai", true, false},
		{"2027-03-25T15:59:59Z", "Asia/Shanghai", false, false},
		{"2027-03-25T16:00:00Z", "Asia/Shanghai", false, true},
	} {
		now, err := time.Parse(time.RFC3339Nano, x.now)
		if err != nil {
			t.Fatal(err)
		}
		zone, err := time.LoadLocation(x.zone)
		if err != nil {
			t.Fatal(err)
		}
		day := Day(now, zone)
		o := &Offer{Name: "o", Until: date("2027-03-28")}
		c := &Campaign{From: date("2027-03-26"), Until: date("2027-03-28")}
		if (o.Over(day) != "") != x.over || c.Runs(day) != x.runs {
			t.Errorf("%s in %s: over %q, runs %t", x.now, x.zone, o.Over(day), c.Runs(day))
		}
	}
	var none *Offer
	if none.Over(time.Now()) != "" || (&Offer{}).Over(time.Now()) != "" || (&Offer{SoldOut: true}).Over(time.Time{}) == "" ||
		!(&Campaign{}).Runs(time.Now()) {
		t.Error("without dates nothing ends, and what is sold out is over")
	}
}
