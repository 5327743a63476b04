package people_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"magpie/internal/people"
	"magpie/internal/store/storetest"
)

func TestEveryColumn(t *testing.T) {
	b := open(t)
	got := load(t, b, "\ufeffMastodon, Bluesky ,x,weibo,name,language,city,orders,spent,last_order,tags",
		`@Ann@Social.Example,ann.example,annx,安,"Smith, Ann",ZH,上海,3,1234.5,2026-11-21,press;vip ；new`,
		`bob@social.example,,,,,,,,,,`)
	if got != (people.Imported{Rows: 2, New: 2}) {
		t.Errorf("got %+v", got)
	}
	p := get(t, b, find(t, b, "ann@social.example"))
	p.ID = 0
	want := &people.Person{Name: "Smith, Ann", Language: "zh", City: "上海", Orders: 3, Spent: 123450, LastOrder: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC),
		Handles: []people.Handle{{Network: "bluesky", Handle: "ann.example"}, {Network: "mastodon", Handle: "ann@social.example"}, {Network: "weibo", Handle: "安"}, {Network: "x", Handle: "annx"}},
		Tags:    []string{"new", "press", "vip"}}
	if d := cmp.Diff(want, p); d != "" {
		t.Error(d)
	}
	if bob := get(t, b, find(t, b, "bob@social.example")); !bob.LastOrder.IsZero() || bob.Tags != nil || len(bob.Handles) != 1 {
		t.Errorf("got %+v", bob)
	}
}

// TestAbsentColumns change nothing; those that are there replace.
func TestAbsentColumns(t *testing.T) {
	b := open(t)
	load(t, b, "mastodon,name,city,orders,spent,last_order,tags,language", "ann,Ann,Boston,3,10,2026-01-02,a;b,en")
	if got := load(t, b, "mastodon,orders,tags", "ANN,5,c"); got != (people.Imported{Rows: 1, New: 0}) {
		t.Errorf("got %+v", got)
	}
	p := get(t, b, find(t, b, "ann"))
	if p.Orders != 5 || p.Name != "Ann" || p.City != "Boston" || p.Spent != 1000 || p.LastOrder.IsZero() || p.Language != "en" || strings.Join(p.Tags, " ") != "c" {
		t.Errorf("got %+v", p)
	}
	load(t, b, "mastodon,city,last_order", "ann,,")
	if p = get(t, b, p.ID); p.City != "" || !p.LastOrder.IsZero() || p.Orders != 5 || strings.Join(p.Tags, " ") != "c" {
		t.Errorf("got %+v", p)
	}
}

func TestBadLists(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"empty":            {"", []string{"line 1", "empty"}},
		"no handles":       {"name,city\nAnn,Boston\n", []string{"line 1", "a column with handles is missing"}},
		"unknown column":   {"mastodon,citty\nann,Boston\n", []string{"line 1", `"citty"`, `did you mean "city"`}},
		"column twice":     {"mastodon,Mastodon\na,b\n", []string{"line 1", "twice"}},
		"no handle":        {"mastodon,name\nann,Ann\n,Bob\n", []string{"line 3", "no handle", "nothing was imported"}},
		"orders":           {"mastodon,orders\nann,1\nbob,two\n", []string{"line 3", "orders", `"two"`, "nothing was imported"}},
		"fewer than none":  {"mastodon,orders\nann,-1\n", []string{"line 2", "orders"}},
		"spent":            {"mastodon,spent\nann,12.345\n", []string{"line 2", "spent", "899.00"}},
		"spent, comma":     {"mastodon,spent\nann,\"1,000\"\n", []string{"line 2", "spent"}},
		"last order":       {"mastodon,last_order\nann,21.11.2026\n", []string{"line 2", "last_order", "2026-11-21"}},
		"too few fields":   {"mastodon,name\nann,Ann\nbob\n", []string{"line 3", "nothing was imported"}},
		"quotes":           {"mastodon,name\nann,\"Ann\nbob,Bob\n", []string{"line", "nothing was imported"}},
		"after a long one": {"mastodon,name,orders\nann,\"Ann\n\n\nSmith\",1\nbob,Bob,x\n", []string{"line 6", "orders"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t)
			out, err := b.Import(t.Context(), strings.NewReader(c.text), noon, nil)
			says(t, err, c.want...)
			if n := count(t, b, `SELECT (SELECT count(*) FROM persons) + (SELECT count(*) FROM handles) + (SELECT count(*) FROM person_tags)`); n != 0 {
				t.Errorf("%d rows are there, told %+v", n, out)
			}
		})
	}
}

// TestManyWithOneBad: all or nothing, and the row is named; mended, all of it.
func TestManyWithOneBad(t *testing.T) {
	b := open(t)
	load(t, b, "mastodon,orders", "p7,1")
	var list strings.Builder
	list.WriteString("mastodon,orders,tags\n")
	n := storetest.Fewer(100_000, 10_000)
	for i := range n {
		orders := "5"
		if i == n-10 {
			orders = "many"
		}
		fmt.Fprintf(&list, "p%d,%s,a\n", i, orders)
	}
	progress := 0
	_, err := b.Import(t.Context(), strings.NewReader(list.String()), noon, func(int) { progress++ })
	says(t, err, fmt.Sprint("line ", n-8), "many", "nothing was imported")
	if n := count(t, b, `SELECT count(*) FROM persons`); n != 1 || get(t, b, find(t, b, "p7")).Orders != 1 || progress != 0 {
		t.Errorf("%d persons, progress was told %d times", n, progress)
	}
	got, err := b.Import(t.Context(), strings.NewReader(strings.Replace(list.String(), ",many,", ",5,", 1)), noon, func(int) { progress++ })
	if err != nil || got != (people.Imported{Rows: n, New: n - 1}) || progress != n/10_000 {
		t.Errorf("mended: %+v, %v, progress was told %d times", got, err, progress)
	}
	if all := count(t, b, `SELECT count(*) FROM persons WHERE orders = 5`); all != n {
		t.Errorf("%d persons", all)
	}
}

func TestAmount(t *testing.T) {
	for in, want := range map[string]int64{"899": 89900, "899.5": 89950, "899.00": 89900, "0.07": 7, "0": 0} {
		if got, err := people.Amount(in); err != nil || got != want {
			t.Errorf("%s: %d, %v", in, got, err)
		}
	}
	for _, in := range []string{"", ".", "1.", ".5", "1.234", "-1", "+1", "1e3", "1,0", "９", "1 ", "9999999999999", "1.-5", "0x10", "1_0"} {
		if got, err := people.Amount(in); err == nil {
			t.Errorf("%q is %d", in, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, 1e13).Draw(t, "n")
		if got, err := people.Amount(fmt.Sprintf("%d.%02d", n/100, n%100)); err != nil || got != n {
			t.Fatalf("%d: %d, %v", n, got, err)
		}
	})
}
