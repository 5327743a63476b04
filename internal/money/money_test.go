package money

import (
	"strings"
	"testing"

	"github.com/bojanz/currency"
	"pgregory.net/rapid"
)

func TestUnits(t *testing.T) {
	for _, c := range []struct {
		amount, unit string
		units        int64
		shown        string
	}{
		{"899", "USD", 89900, "899.00 USD"}, {"1,299.5", "EUR", 129950, "1,299.50 EUR"}, {"1500", "JPY", 1500, "1,500 JPY"},
		{"12.345", "KWD", 12345, "12.345 KWD"}, {"12.5", "KWD", 12500, "12.500 KWD"}, {"0.07", "CNY", 7, "0.07 CNY"}, {"0", "USD", 0, "0.00 USD"},
	} {
		got, err := Units(c.amount, c.unit)
		if err != nil || got != c.units || String(got, c.unit) != c.shown {
			t.Errorf("%s %s: %d (%s), %v", c.amount, c.unit, got, String(got, c.unit), err)
		}
	}
	for _, c := range [][2]string{{"1500.50", "JPY"}, {"12.3456", "KWD"}, {"12.345", "USD"}, {"1", "XYZ"}, {"1", "usd"}, {"", "USD"}, {"1.",
		"USD"}, {"-1", "USD"},
		{"1e3", "USD"}, {"1,00", "USD"}, {"９", "USD"}, {"99999999999999999", "USD"}} {
		if got, err := Units(c[0], c[1]); err == nil {
			t.Errorf("%s %s is %d", c[0], c[1], got)
		}
	}
	if _, err := Units("1", "RMB"); err == nil || !strings.Contains(err.Error(), "CNY") {
		t.Error(err)
	}
	for amount, want := range map[string]string{"1.299,00": "1299.00", "899,5": "899.5", "0,99": "0.99"} {
		if _, err := Units(amount, "EUR"); err == nil || !strings.Contains(err.Error(), "write "+want) {
			t.Errorf("%s: %v", amount, err)
		}
	}
	if s := String(-123456, "USD"); s != "-1,234.56 USD" {
		t.Error(s)
	}
}

// What is printed is read again as the same, in every currency.
func TestThereAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.SampledFrom(currency.GetCurrencyCodes()).Draw(t, "unit")
		n := rapid.Int64Range(0, 1e12).Draw(t, "n")
		amount, _, _ := strings.Cut(String(n, unit), " ")
		if got, err := Units(amount, unit); err != nil || got != n {
			t.Fatalf("%d %s is printed as %s and read as %d: %v", n, unit, amount, got, err)
		}
	})
}
