package x

import (
	"testing"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

// How posts fare is read by their ids, old names or new, and is paid for; one that is
// gone is left out.
func TestMetrics(t *testing.T) {
	t.Parallel()
	for _, names := range []bool{false, true} {
		r, m := metered(t, xfake.Options{Unlimited: true, NewNames: names})
		a := r.publish(network.Draft{Text: "one"})
		b := r.publish(network.Draft{Text: "two"})
		r.s.Person("ann").Reply(a.ID, "@brand nice")
		m.last()
		before := r.s.Charged()
		all, err := r.c.Metrics(t.Context(), []string{a.ID, b.ID})
		r.ok(err)
		if len(all) != 2 || all[0].ID != a.ID && all[1].ID != a.ID {
			t.Fatalf("%+v", all)
		}
		for _, x := range all {
			if want := map[bool]int{true: 1}[x.ID == a.ID]; x.Replies != want || x.Likes != 0 {
				t.Errorf("%+v", x)
			}
		}
		paid := int64(m.sum())
		if got := m.last(); got.For != network.ForNumbers || paid < r.s.Charged()-before {
			t.Errorf("%+v, %d", got, paid)
		}
		r.ok(r.c.Delete(t.Context(), b.ID))
		if all, err = r.c.Metrics(t.Context(), []string{a.ID, b.ID}); err != nil || len(all) != 1 {
			t.Errorf("%+v, %v", all, err)
		}
		r.ok(r.c.Delete(t.Context(), a.ID))
		if all, err = r.c.Metrics(t.Context(), []string{a.ID, b.ID}); err != nil || len(all) != 0 {
			t.Errorf("%+v, %v", all, err)
		}
	}
}
