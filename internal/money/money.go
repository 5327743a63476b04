// Package money reads and prints amounts with the decimals that their currency has (ISO
// 4217): yen have none, dinars three.
package money

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/bojanz/currency"
)

// rule is a whole amount: digits, commas between thousands or none, and decimals after a point.
var rule = regexp.MustCompile(`^([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,18})(?:\.([0-9]+))?$`)

// comma is an amount as much of Europe writes it: 1.299,00.
var comma = regexp.MustCompile(`^([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,18}),([0-9]{1,2})$`)

// called are what people write for a currency, and its code.
var called = map[string]string{"RMB": "CNY", "CNH": "CNY", "YEN": "JPY", "NTD": "TWD", "STG": "GBP"}

// Parse reads an amount of a currency: 899, 899.00 or 1,299.00, with no more decimals
// than the currency has.
func Parse(amount, unit string) (currency.Amount, error) {
	digits, known := currency.GetDigits(unit)
	if !known {
		hint := "such as USD or CNY"
		if code := called[strings.ToUpper(unit)]; code != "" {
			hint = "(did you mean " + code + "?)"
		}
		return currency.Amount{}, fmt.Errorf("“%s” is not a currency %s", unit, hint)
	}
	m := rule.FindStringSubmatch(amount)
	if c := comma.FindStringSubmatch(amount); m == nil && c != nil {
		return currency.Amount{}, fmt.Errorf("“%s” has its decimals after a comma: write %s.%s", amount, strings.ReplaceAll(c[1], ".", ""), c[2])
	}
	if m == nil {
		return currency.Amount{}, fmt.Errorf("“%s” is not an amount such as 899.00", amount)
	}
	if len(m[2]) > int(digits) {
		return currency.Amount{}, fmt.Errorf("“%s” has more decimals than %s has: %d", amount, unit, digits)
	}
	a, err := currency.NewAmount(strings.ReplaceAll(amount, ",", ""), unit)
	if err != nil {
		return a, fmt.Errorf("“%s” is not an amount such as 899.00", amount)
	}
	return a, nil
}

// Units reads an amount into the currency's smallest units: cents, yen, fils.
func Units(amount, unit string) (int64, error) {
	a, err := Parse(amount, unit)
	if err != nil {
		return 0, err
	}
	n, err := a.Int64()
	if err != nil || n > 1e15 {
		return 0, fmt.Errorf("“%s” is more than is counted here", amount)
	}
	return n, nil
}

// String prints smallest units with their currency: 899.00 USD, 1,500 JPY, 12.345 KWD.
func String(units int64, unit string) string {
	a, err := currency.NewAmountFromInt64(units, unit)
	if err != nil { // of a database that was written by hand
		return fmt.Sprintf("%d %s", units, unit)
	}
	whole, cents, _ := strings.Cut(a.Number(), ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if cents != "" {
		whole += "." + cents
	}
	return sign + whole + " " + unit
}

// Plain prints smallest units for programs: 1299.00, without the currency and without signs between thousands.
func Plain(units int64, unit string) string {
	text, _, _ := strings.Cut(strings.ReplaceAll(String(units, unit), ",", ""), " ")
	return text
}
