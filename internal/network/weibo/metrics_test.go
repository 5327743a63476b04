package weibo

import (
	"testing"

	"magpie/internal/network"
	"magpie/internal/network/weibo/weibofake"
)

// How posts fare is counted among what is least urgent; one that is gone is left out.
func TestMetrics(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{})
	a, b := d.share("one"), d.share("two")
	d.s.Person("bob").Comment(a, "nice")
	d.spent.taken()
	all, err := d.c.Metrics(t.Context(), []string{a, b})
	d.must(err)
	if len(all) != 2 || all[0].ID != a || all[0].Replies != 1 || all[1].Replies != 0 || all[0].Views != network.Untold {
		t.Errorf("%+v", all)
	}
	if got := d.spent.taken(); len(got) != 1 || got[0] != network.ForNumbers {
		t.Errorf("%v", got)
	}
	d.must(d.c.Delete(t.Context(), b))
	if all, err = d.c.Metrics(t.Context(), []string{a, b}); err != nil || len(all) != 1 {
		t.Errorf("%+v, %v", all, err)
	}
}
