package render

import (
	"strings"

	"github.com/bojanz/currency"

	parse "magpie/internal/money"
)

// money writes an amount as people of a language do (CLDR).
func money(amount, unit, lang string) (string, error) {
	a, err := parse.Parse(amount, unit)
	if err != nil {
		return "", err
	}
	if _, known := calendarOf(lang); !known {
		lang = "en"
	}
	return strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(currency.NewFormatter(currency.NewLocale(lang)).Format(a)), nil
}
