package bluesky

import (
	"testing"
	"time"

	"magpie/internal/network"
)

// How posts fare is read from the AppView; one that is gone is left out.
func TestMetrics(t *testing.T) {
	t.Parallel()
	b := newBehind(t)
	var ids []string
	for _, text := range []string{"how do we fare", "and this one"} {
		r, err := b.Publish(t.Context(), b.sealed(t, network.Draft{Text: text}))
		must(t, err)
		ids = append(ids, r.ID)
	}
	_, err := b.Publish(t.Context(), b.sealed(t, network.Draft{Text: "below it", ReplyTo: Kind().Ref(ids[0])}))
	must(t, err)
	var all []network.Metrics
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) { // the AppView lags behind
		all, err = b.Metrics(t.Context(), append(ids, "at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3m62kq3zqjs2a"))
		must(t, err)
		if len(all) == 2 && all[0].Replies+all[1].Replies == 1 {
			return
		}
	}
	t.Errorf("%+v", all)
}
