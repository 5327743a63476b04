package explain_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"magpie/internal/audit"
	"magpie/internal/coupon"
	"magpie/internal/explain"
	"magpie/internal/network"
	"magpie/internal/people"
	"magpie/internal/segment"
	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

// Each condition is said with its value, and when the whole will change by itself: also where a condition that turns changes nothing.
func TestWhy(t *testing.T) {
	b := list(t, "mastodon,city,orders,last_order,tags", "ann@s.example,Bonn,3,2027-11-01,vip")
	ann, err := b.Find(t.Context(), "", "ann@s.example")
	if err != nil {
		t.Fatal(err)
	}
	last := time.Date(2027, 11, 1, 0, 0, 0, 0, time.UTC)
	for source, c := range map[string]struct {
		in    bool
		turns time.Time
		says  string
	}{
		`orders >= 2 and last_order < 180d`:               {true, last.AddDate(0, 0, 180), "orders >= 2:true:3|last_order < 180d:true:"},
		`orders >= 5 and last_order < 180d`:               {false, time.Time{}, "orders >= 5:false:3|last_order < 180d:true:"},
		`not (last_order < 180d)`:                         {false, last.AddDate(0, 0, 180), "last_order < 180d:true:"},
		`last_order > 30d or last_order < 90d`:            {true, time.Time{}, "last_order > 30d:false:|last_order < 90d:true:"},
		`"vip" in tags and city in ["Bonn"]`:              {true, time.Time{}, ""},
		`known > 30d`:                                     {false, noon.AddDate(0, 0, 30), ""},
		`city == "Bonn" and language == "de"`:             {false, time.Time{}, `city == "Bonn":true:Bonn|language == "de":false:`},
		`consents("direct") or not on("bluesky")`:         {true, time.Time{}, `consents("direct"):false:|on("bluesky"):false:`},
		`last_order < 1w or last_order < 2w`:              {false, time.Time{}, ""},
		`last_order < 30d and (orders > 1 or known > 1h)`: {true, last.AddDate(0, 0, 30), ""},
	} {
		s, err := segment.Compile(source)
		if err != nil {
			t.Fatal(err)
		}
		in, all, turns, err := explain.Why(t.Context(), b.DB.Read, s, ann, "outlet", noon)
		var said []string
		for _, r := range all {
			said = append(said, r.Text+":"+map[bool]string{true: "true", false: "false"}[r.Holds]+":"+r.Value)
		}
		if err != nil || in != c.in || turns.Truncate(time.Second) != c.turns || c.says != "" && strings.Join(said, "|") != c.says {
			t.Errorf("%s: %v, %v until %v, %v", source, err, in, turns, said)
		}
	}
}

// Segments name each other, and all of their conditions are said.
func TestSegmentOfSegments(t *testing.T) {
	b := list(t, "mastodon,city,orders", "ann@s.example,Bonn,3", "bob@s.example,Bonn,1")
	inner, err := segment.Compile("orders >= 2")
	if err != nil {
		t.Fatal(err)
	}
	s, err := segment.CompileWith(`segment("regulars") and city == "Bonn"`, func(string) (*segment.Segment, error) { return inner, nil })
	if err != nil {
		t.Fatal(err)
	}
	n, err := people.Count(t.Context(), b.DB.Read, s, "outlet", noon)
	if err != nil || n != 1 || len(s.Leaves) != 2 {
		t.Errorf("%d, %v, %d conditions", n, err, len(s.Leaves))
	}
}

var noon = time.Date(2027, 11, 26, 12, 0, 0, 0, time.UTC)

func TestMain(m *testing.M) { os.Exit(storetest.Both(m)) }

// list is a book with the customers of a list.
func list(t *testing.T, rows ...string) *people.Book {
	t.Helper()
	db := storetest.Open(t, audit.Migrations(), people.Migrations(), coupon.Migrations())
	b := &people.Book{DB: db, IDs: store.NewIDs(), Kinds: []network.Kind{{Name: "mastodon"}, {Name: "bluesky"}}}
	if _, err := b.Import(t.Context(), strings.NewReader(strings.Join(rows, "\n")+"\n"), noon, nil, nil); err != nil {
		t.Fatal(err)
	}
	return b
}
