package people_test

import (
	"fmt"
	"strings"
	"testing"

	"magpie/internal/people"
	"magpie/internal/segment"
)

// A condition that compiles can be counted, however long it is: what the database
// would refuse is a mistake in the file.
func TestLongConditions(t *testing.T) {
	b := open(t)
	load(t, b, "mastodon,city,orders,tags", "ann@s.example,Bonn,3,vip", "bob@s.example,Köln,1,")
	for _, n := range []int{10, 300, 1100} {
		for name, source := range map[string]string{"or": strings.Repeat("orders > 100 or ", n) + "orders > 2",
			"and": strings.Repeat("orders > 0 and ", n) + "orders > 2",
			"not": strings.Repeat("not ", 2*n) + "orders > 2", "tags": strings.Repeat(`"x" in tags or `, min(n, 40)) + `"vip" in tags`,
			"in": `city in ["` + strings.Repeat(`Nowhere", "`, n) + `Bonn"]`, "ages": "orders > 2 and (" +
				strings.Repeat("last_order > 9d or ", n) + "orders > 1)"} {
			t.Run(fmt.Sprint(n, " ", name), func(t *testing.T) {
				s, err := segment.Compile(source)
				if err != nil {
					return
				}
				if got, err := people.Count(t.Context(), b.DB.Read, s, "shop", noon); err != nil || got != 1 {
					t.Errorf("%d people, %.200v", got, err)
				}
			})
		}
	}
}

// An age longer than time finds everybody who ever ordered.
func TestLongAges(t *testing.T) {
	b := open(t)
	load(t, b, "mastodon,last_order", "ann@s.example,2026-01-02", "bob@s.example,1999-12-31", "cai@s.example,")
	for _, age := range []string{"99999d", "106752d", "9999999d", "9999999w", "99999999999999999999d"} {
		for source, want := range map[string]int{"last_order < " + age: 2, "not (last_order < " + age + ")": 1, "last_order >= " +
			age: 0} {
			s, err := segment.Compile(source)
			if err != nil {
				continue
			}
			if got, err := people.Count(t.Context(), b.DB.Read, s, "shop", noon); err != nil || got != want {
				t.Errorf("%s: %d people, %v; want %d", source, got, err, want)
			}
		}
	}
}
