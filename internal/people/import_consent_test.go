package people_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"magpie/internal/people"
)

// mayWrite tells whether accounts may write to a person.
func mayWrite(t *testing.T, b *people.Book, handle string, accounts ...string) (out []bool) {
	t.Helper()
	id := find(t, b, handle)
	for _, a := range accounts {
		wish, err := people.Wishes(t.Context(), b.DB.Read, a, id)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, wish[id].MayWrite())
	}
	return out
}

// TestImportedConsents: whom a list says to have consented may be written to by those accounts, with the time and the place of it.
func TestImportedConsents(t *testing.T) {
	b := open(t)
	b.Accounts = func() []string { return []string{"home", "outlet"} }
	rows := []string{"mastodon,name,consent,consent_at,consent_source", `ann@a.example,Ann,outlet;home,2026-05-01,the form in the shop`,
		`bob@a.example,Bob,outlet,2026/5/2,报名表`, `cai@a.example,Cai,,,`}
	if got := load(t, b, rows...); got != (people.Imported{Rows: 3, New: 3, Consents: 3}) {
		t.Errorf("got %+v", got)
	}
	for handle, want := range map[string]string{"ann@a.example": "[true true]", "bob@a.example": "[true false]",
		"cai@a.example": "[false false]"} {
		if got := fmt.Sprint(mayWrite(t, b, handle, "outlet", "home")); got != want {
			t.Errorf("%s: %s, want %s", handle, got, want)
		}
	}
	var at int64
	var source string
	err := b.DB.Read.QueryRow(`SELECT given_at, source FROM consents WHERE person = $1`, find(t, b, "bob@a.example")).Scan(&at, &source)
	if err != nil || at != time.Date(2026, 5, 2, 0, 0, 0, 0, time.UTC).UnixMilli() || source != "a list: 报名表" {
		t.Errorf("%d, %q, %v", at, source, err)
	}
	if got := load(t, b, rows...); got != (people.Imported{Rows: 3}) {
		t.Errorf("again: %+v", got)
	}
}

// TestImportedConsentsOfWhoLeft: "stop" beats every list. A consent that was withdrawn is back only if the list has one from later.
func TestImportedConsentsOfWhoLeft(t *testing.T) {
	b := open(t)
	const head = "mastodon,consent,consent_at,consent_source"
	load(t, b, head, `ann@a.example,outlet,2026-05-01,a form`, `bob@a.example,outlet,2026-05-01,a form`)
	write(t, b, func(tx *sql.Tx) error {
		_, err := people.OptOut(t.Context(), tx, find(t, b, "ann@a.example"), "mention 1", noon.AddDate(0, -2, 0), noon)
		return err
	})
	write(t, b, func(tx *sql.Tx) error { // withdrawn without an opt-out
		_, err := tx.Exec(`UPDATE consents SET withdrawn_at = $1, withdrawn_by = 'the shop' WHERE person = $2`,
			noon.AddDate(0, -2, 0).UnixMilli(), find(t, b, "bob@a.example"))
		return err
	})
	for _, c := range []struct{ day, ann, bob string }{{"2026-05-01", "[false]", "[false]"}, {"2027-11-01", "[false]", "[true]"}} {
		got := load(t, b, head, "ann@a.example,outlet,"+c.day+",a form", "bob@a.example,outlet,"+c.day+",a form")
		if got.Left != 1 || fmt.Sprint(mayWrite(t, b, "ann@a.example", "outlet")) != c.ann ||
			fmt.Sprint(mayWrite(t, b, "bob@a.example", "outlet")) != c.bob {
			t.Errorf("%s: %+v", c.day, got)
		}
	}
}

// TestBadConsents: a consent of which nobody knows when and where it was given is none.
func TestBadConsents(t *testing.T) {
	b := open(t)
	b.Accounts = func() []string { return []string{"home", "outlet"} }
	text := strings.Join([]string{"mastodon,consent,consent_at,consent_source", "a@a.example,outlet,,a form",
		"b@a.example,outlet,2026-05-01,",
		"c@a.example,outlt,2026-05-01,a form", "d@a.example,yes,2026-05-01,a form", "e@a.example,outlet,2031-01-01,a form",
		"f@a.example,outlet,soon,a form"}, "\n")
	_, err := b.Import(t.Context(), strings.NewReader(text), noon, nil, nil)
	if err == nil {
		t.Fatal("it was imported")
	}
	for _, want := range []string{"line 2: consent: say when", "line 3: consent: say when",
		`line 4: consent: no account "outlt" (did you mean "outlet"?)`,
		`line 5: consent: no account "yes" (`, "line 6: consent_at: 2031-01-01 is yet to come", "line 7: consent_at: ",
		"nothing was imported"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("it does not say %q:\n%v", want, err)
		}
	}
	var n int
	if err := b.DB.Read.QueryRow(`SELECT count(*) FROM persons`).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d people, %v", n, err)
	}
}
