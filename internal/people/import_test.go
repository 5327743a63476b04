package people_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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
	want := &people.Person{Name: "Smith, Ann", Language: "zh", City: "上海", Orders: 3, Spent: 1234.5 * people.Money,
		LastOrder: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC),
		Handles: []people.Handle{{Network: "bluesky", Handle: "ann.example"}, {Network: "mastodon", Handle: "ann@social.example"},
			{Network: "weibo", Handle: "安"}, {Network: "x", Handle: "annx"}},
		Tags: []string{"new", "press", "vip"}}
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
	if p.Orders != 5 || p.Name != "Ann" || p.City != "Boston" || p.Spent != 10*people.Money || p.LastOrder.IsZero() || p.Language != "en" ||
		strings.Join(p.Tags, " ") != "c" {
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
		"empty":           {"", []string{"line 1", "empty"}},
		"no handles":      {"name,city\nAnn,Boston\n", []string{"line 1", "a column that says who the people are is missing"}},
		"unknown column":  {"mastodon,citty\nann,Boston\n", []string{"line 1", `"citty"`, `did you mean "city"`}},
		"column twice":    {"mastodon,Mastodon\na,b\n", []string{"line 1", "twice"}},
		"no handle":       {"mastodon,name\nann,Ann\n,Bob\n", []string{"line 3", "no handle", "nothing was imported"}},
		"orders":          {"mastodon,orders\nann,1\nbob,two\n", []string{"line 3", "orders", `"two"`, "nothing was imported"}},
		"fewer than none": {"mastodon,orders\nann,-1\n", []string{"line 2", "orders"}},
		"spent":           {"mastodon,spent\nann,12.345\n", []string{"line 2", "spent", "899.00"}},
		"spent, comma":    {"mastodon,spent\nann,\"1,000\"\n", []string{"line 2", "spent", "1000", "1.000"}},
		"last order":      {"mastodon,last_order\nann,03/04/2026\n", []string{"line 2", "last_order", "2026-04-03"}},
		"too few fields":  {"mastodon,name\nann,Ann\nbob\n", []string{"line 3", "nothing was imported"}},
		"quotes": {"mastodon,name\nann,\"Ann\nbob,Bob\n", []string{"line 2: a quote (\") is opened here and not closed",
			"nothing was imported"}},
		"a quote within": {"mastodon,name\nann,Ann \"A\" Lee\n", []string{"line 2: a quote (\") stands within a text",
			"write this one twice"}},
		"a dollar":         {"mastodon,spent\nann,\"$1,299.00\"\n", []string{"line 2", "names a currency", "899.00"}},
		"yuan":             {"mastodon,spent\nann,899元\n", []string{"line 2", "names a currency"}},
		"no rows":          {"mastodon,name\n", []string{"no rows below", "nothing was imported"}},
		"sep and a typo":   {"sep=;\nmastodon;citty\nann;Boston\n", []string{"line 2", `"citty"`}},
		"sep and a row":    {"sep=;\nmastodon;orders\nann;two\n", []string{"line 3", `"two"`}},
		"after a long one": {"mastodon,name,orders\nann,\"Ann\n\n\nSmith\",1\nbob,Bob,x\n", []string{"line 6", "orders"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t)
			out, err := b.Import(t.Context(), strings.NewReader(c.text), noon, nil, nil)
			says(t, err, c.want...)
			if n := count(t, b, `SELECT (SELECT count(*) FROM persons) + (SELECT count(*) FROM handles) + (SELECT count(*)
				FROM person_tags)`); n != 0 {
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
	_, err := b.Import(t.Context(), strings.NewReader(list.String()), noon, func(int) { progress++ }, nil)
	says(t, err, fmt.Sprint("line ", n-8), "many", "nothing was imported")
	if n := count(t, b, `SELECT count(*) FROM persons`); n != 1 || get(t, b, find(t, b, "p7")).Orders != 1 || progress != 0 {
		t.Errorf("%d persons, progress was told %d times", n, progress)
	}
	got, err := b.Import(t.Context(), strings.NewReader(strings.Replace(list.String(), ",many,", ",5,", 1)), noon, func(int) { progress++ },
		nil)
	if err != nil || got != (people.Imported{Rows: n, New: n - 1}) || progress != n/10_000 {
		t.Errorf("mended: %+v, %v, progress was told %d times", got, err, progress)
	}
	if all := count(t, b, `SELECT count(*) FROM persons WHERE orders = 5`); all != n {
		t.Errorf("%d persons", all)
	}
}

// What is odd is told with its line, and taken.
func TestOddRows(t *testing.T) {
	b := open(t)
	var told []string
	text := "mastodon;name;spent;last_order;language;tags\n" +
		"ann@a.example;Ann;1.299,50;21.11.2026;German;vip, press|new，优惠\n" +
		"ANN@a.example;Anna;;;;\n" +
		"cai@a.example;;;2099-01-01;de_DE;\n" +
		"dan@a.example;;;;klingon;\n" +
		"bob;;;;;\n" +
		"eve@bücher.example;;;;zh-TW;\n"
	out, err := b.Import(t.Context(), strings.NewReader(text), noon, nil, func(s string) { told = append(told, s) })
	if err != nil || out != (people.Imported{Rows: 6, New: 5, As: "separated by semicolons"}) {
		t.Fatalf("%+v, %v", out, err)
	}
	for i, want := range [][]string{{"line 3", "ann@a.example", "line 2"}, {"line 4", "2099-01-01", "future"}, {"line 5", "klingon"},
		{"line 6", "bob@server.example"}} {
		if len(told) != 4 {
			t.Fatalf("told %q", told)
		}
		for _, w := range want {
			if !strings.Contains(told[i], w) {
				t.Errorf("%q has no %s", told[i], w)
			}
		}
	}
	p := get(t, b, find(t, b, "ann@a.example"))
	if p.Name != "Anna" || p.Spent != 0 || strings.Join(get(t, b, find(t, b, "cai@a.example")).Tags, " ") != "" {
		t.Errorf("got %+v", p)
	}
	if _, err := b.Import(t.Context(), strings.NewReader(strings.Join(strings.SplitAfter(text, "\n")[:2], "")), noon, nil,
		nil); err != nil {
		t.Fatal(err)
	}
	p = get(t, b, find(t, b, "ann@a.example"))
	if p.Spent != 1299.5*people.Money || p.Language != "de" || p.LastOrder.Format("2006-01-02") != "2026-11-21" || strings.Join(p.Tags,
		" ") != "new press vip 优惠" {
		t.Errorf("got %+v", p)
	}
	if got := get(t, b, find(t, b, "cai@a.example")).Language; got != "de-de" {
		t.Errorf("de_DE is %s", got)
	}
	if got := get(t, b, find(t, b, "eve@xn--bcher-kva.example")).Language; got != "zh-tw" {
		t.Errorf("eve speaks %s", got)
	}
}

// All bad rows are named, to a bound.
func TestAllBadRows(t *testing.T) {
	b := open(t)
	var list strings.Builder
	list.WriteString("mastodon,orders\n")
	for i := range 1000 {
		fmt.Fprintf(&list, "p%d@a.example,%s\n", i, map[bool]string{true: "many", false: "1"}[i%2 == 0])
	}
	_, err := b.Import(t.Context(), strings.NewReader(list.String()+"x\n"), noon, nil, nil)
	says(t, err, "line 2:", "line 200:", "and 401 more", "nothing was imported")
}

// Columns that nobody here uses are named, and the rest is read; Excel's line that tells
// the separator is no row.
func TestOtherColumns(t *testing.T) {
	b := open(t)
	var told []string
	out, err := b.Import(t.Context(), strings.NewReader("sep=;\r\nmastodon;phone;name;postcode\r\nann;555;Ann;0123\r\n"), noon, nil,
		func(s string) { told = append(told, s) })
	if err != nil || out.Rows != 1 || out.As != "separated by semicolons" || len(told) != 3 || !strings.HasSuffix(told[0], ": postcode") ||
		!strings.Contains(strings.Join(told, "\n"), "phone 555 is left out") {
		t.Errorf("%+v, %v, told %q", out, err, told)
	}
	if p := get(t, b, find(t, b, "ann")); p.Name != "Ann" {
		t.Errorf("it is %+v", p)
	}
}
