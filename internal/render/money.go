package render

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/bojanz/currency"
)

// amountRule is a whole amount: digits, commas between thousands or none, and decimals after a point.
var amountRule = regexp.MustCompile(`^([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,18})(?:\.([0-9]+))?$`)

// Amount reads an amount of a currency: 899, 899.00 or 1,299.00, with no more decimals than the currency has (ISO 4217). It is
// the only reader of amounts, for templates, lists of customers and orders.
func Amount(amount, unit string) (currency.Amount, error) {
	digits, known := currency.GetDigits(unit)
	if !known {
		return currency.Amount{}, fmt.Errorf("“%s” is not a currency such as USD or CNY", unit)
	}
	m := amountRule.FindStringSubmatch(amount)
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

// money writes an amount as people of a language do (CLDR).
func money(amount, unit, lang string) (string, error) {
	a, err := Amount(amount, unit)
	if err != nil {
		return "", err
	}
	if _, known := calendarOf(lang); !known {
		lang = "en"
	}
	return strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(currency.NewFormatter(currency.NewLocale(lang)).Format(a)), nil
}
