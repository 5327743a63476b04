package coupon

import (
	"testing"
	"time"
)

// What is reckoned of what was paid is the order's value that comes to that, for every value.
func TestBefore(t *testing.T) {
	for _, terms := range []Terms{{Percent: 30}, {Percent: 1}, {Percent: 99}, {Percent: 30, Most: Sum{4000, "USD"}}, {Fixed: Sum{1000,
		"USD"}}} {
		for v := int64(1000); v < 30000; v++ {
			paid := v - terms.off(Sum{v, "USD"})
			back, most := terms.before(Sum{paid, "USD"})
			if most < v || most < back || back-terms.off(Sum{back, "USD"}) != paid || most-terms.off(Sum{most, "USD"}) != paid {
				t.Fatalf("%+v: %d of %d, and back %d", terms, paid, v, back)
			}
		}
	}
}

// A use that was counted in days of one zone is taken back in those, when the zone is another.
func TestZoneChanges(t *testing.T) {
	chicago, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	db := open(t)
	late := time.Date(2027, 11, 26, 3, 0, 0, 0, time.UTC) // the evening before in Chicago
	if _, err := till(db, Terms{Day: 1, Zone: chicago}).Redeem(t.Context(), Use{Code: "ALL", Order: usd("1", 1)}, late); err != nil {
		t.Fatal(err)
	}
	if _, err := till(db, Terms{Day: 1}).Rollback(t.Context(), "ALL", "1", "", "", late); err != nil {
		t.Fatal(err)
	}
	var least, most int64
	if err := db.Read.QueryRow(`SELECT min(uses), max(uses) FROM coupon_uses`).Scan(&least, &most); err != nil || least != 0 || most != 0 {
		t.Errorf("%d to %d uses, %v", least, most, err)
	}
}

// Round amounts have round discounts.
func TestRoundDiscounts(t *testing.T) {
	for _, c := range [][3]int64{{30, 6300, 2700}, {30, 7000, 3000}, {30, 700, 300}, {20, 8000, 2000}, {30, 0, 0}, {30, 9000, 3857}, {30,
		4000, 1714}} {
		value, _ := Terms{Percent: int(c[0])}.before(Sum{c[1], "USD"})
		if value-c[1] != c[2] {
			t.Errorf("%d %% of what comes to %d is %d, want %d", c[0], c[1], value-c[1], c[2])
		}
	}
}
