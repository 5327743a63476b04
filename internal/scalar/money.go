package scalar

import (
	"fmt"
	"strings"

	"magpie/internal/money"
)

// Currency is one by its short form (ISO 4217): USD, CNY.
type Currency string

// Parse reads one as it is written in a file.
func (c *Currency) Parse(s string) error {
	if _, err := money.Units("1", s); err != nil {
		return err
	}
	*c = Currency(s)
	return nil
}

// Money is an amount of a currency: 50.00 USD, 1500 JPY.
type Money struct {
	Units    int64 // the currency's smallest: cents, yen
	Currency string
}

// Parse reads one as it is written in a file.
func (m *Money) Parse(s string) (err error) {
	amount, unit, two := strings.Cut(strings.TrimSpace(s), " ")
	if !two {
		return fmt.Errorf("%q is not an amount: write it with its currency, as 50.00 USD", s)
	}
	unit = strings.TrimSpace(unit)
	if m.Units, err = money.Units(amount, unit); err == nil {
		m.Currency = unit
	}
	return err
}

// String is 50.00 USD.
func (m Money) String() string { return money.String(m.Units, m.Currency) }

// Discount is what an offer takes off: a share, 30%, or an amount, 10.00 USD.
type Discount struct {
	Percent int
	Money   Money
}

// Parse reads one as it is written in a file.
func (d *Discount) Parse(s string) error {
	if !strings.HasSuffix(strings.TrimSpace(s), "%") {
		if err := d.Money.Parse(s); err != nil {
			return fmt.Errorf("%q is not a discount: write it as 30%% or 10.00 USD", s)
		}
		return nil
	}
	var p Percent
	if err := p.Parse(s); err != nil || p == 0 {
		return fmt.Errorf("%q is not a discount: write it as 30%% or 10.00 USD", s)
	}
	d.Percent = int(p)
	return nil
}
