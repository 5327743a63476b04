package coupon

import (
	"fmt"
	"strings"
	"testing"
)

// typed are the ways in which people and tills write one code.
func typed(code string) []string {
	bare := strings.ReplaceAll(code, "-", "")
	wide := strings.Map(func(r rune) rune {
		if r > ' ' && r <= '~' {
			return r + 0xfee0
		}
		return r
	}, code)
	return []string{code, strings.ToUpper(code), strings.ToLower(code), bare, strings.ToLower(bare), strings.ReplaceAll(code, "-", " "),
		strings.ReplaceAll(code, "-", "–"),
		strings.ReplaceAll(code, "-", "\u2011"), wide, strings.ToLower(wide), " " + code + "\n", "“" + code + "”", "\"" + code + "\"",
		code + ".", "#" + code, "\u200b" + code, code + "\u00a0",
		strings.ReplaceAll(code, "-", " - ")}
}

// A code that we made is found however it is typed, and once only.
func TestTypedCodes(t *testing.T) {
	db := open(t)
	made, err := reserve(db, Offer{Name: "bf", Made: true}, 1, "m", noon)
	if err != nil {
		t.Fatal(err)
	}
	for i, in := range typed(made) {
		if again, err := Redeem(t.Context(), db, in, Order{"order", 100, "USD"}, nil, "ann", noon); err != nil || again != (i > 0) {
			t.Errorf("%s is not known as %q: %v", made, in, err)
		}
	}
	_, err = Redeem(t.Context(), db, strings.ToLower(made), Order{"another order", 100, "USD"}, nil, "ann", noon)
	refused(t, err, "used_up", made)
}

// The same for a code that everybody has.
func TestTypedSharedCodes(t *testing.T) {
	db := open(t)
	for _, code := range []string{"SAVE-10", "cables10", "优惠-All"} {
		for i, in := range typed(code) {
			_, _ = Redeem(t.Context(), db, in, Order{fmt.Sprint(code, i), 100, "USD"}, []Shared{{Offer: "all", Code: code}}, "ann", noon)
		}
		var n int
		if err := db.Read.QueryRow(`SELECT count(*) FROM redemptions WHERE code = $1`, code).Scan(&n); err != nil ||
			n != len(typed(code)) {
			t.Errorf("%s was known in %d ways of %d, %v", code, n, len(typed(code)), err)
		}
	}
}

// What a spreadsheet made of a long number is no code.
func TestCodesThatASpreadsheetChanged(t *testing.T) {
	for _, code := range []string{"1.23457E+11", "1.23E+05", "1,23457E+11", "1E+12", "9.99999E+14", "1.2E-05", "1.23457e+11", "########",
		"#REF!", "#N/A", "#NAME?", "#VALUE!"} {
		db := open(t)
		n, _, err := Import(t.Context(), db, "ext", strings.NewReader("code\nABC-1\n\""+code+"\"\n"), nil, noon)
		if err == nil || n != 0 || !strings.Contains(err.Error(), "line 3: ") || !strings.Contains(strings.ToLower(err.Error()),
			"spreadsheet") || left(t, db, "ext").Free != 0 {
			t.Errorf("%s: %d, %v", code, n, err)
		}
	}
	db := open(t)
	list := "123456789012\n12E45\nE+11\n1E5\nABC.E+1\n00123\n1.234.567"
	if n, _, err := Import(t.Context(), db, "ext", strings.NewReader("code\n"+list), nil, noon); err != nil || n != 7 {
		t.Errorf("good codes: %d, %v", n, err)
	}
}
