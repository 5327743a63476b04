package mastodon

import (
	"testing"

	"magpie/internal/network"
	"magpie/internal/sandbox"
)

// How posts fare is read many at a time, or one by one on servers that do not know
// that; one that is gone is left out.
func TestMetrics(t *testing.T) {
	t.Parallel()
	for _, old := range []bool{false, true} {
		s := start(t, sandbox.Options{})
		cl := newClient(t, s.URL())
		var ids []string
		for _, text := range []string{"one", "two", "three"} {
			r, err := cl.Publish(t.Context(), sealed(t, cl, network.Draft{Key: text, Text: text}))
			must(t, err)
			ids = append(ids, r.ID)
		}
		s.Person("ann").Reply(ids[0], "nice")
		must(t, cl.Delete(t.Context(), ids[2]))
		if old {
			s.Fail(sandbox.Fault{Method: "GET", PathPrefix: "/api/v1/statuses", What: sandbox.Answer(404, `{"error":"Not found"}`, nil)})
		}
		all, err := cl.Metrics(t.Context(), ids)
		must(t, err)
		if len(all) != 2 {
			t.Fatalf("old server %v: %+v", old, all)
		}
		for _, m := range all {
			if want := map[string]int{ids[0]: 1}[m.ID]; m.Replies != want || m.Likes != 0 || m.Views != network.Untold {
				t.Errorf("old server %v: %+v", old, m)
			}
		}
	}
}
