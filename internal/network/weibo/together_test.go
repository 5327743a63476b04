package weibo

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/weibo/weibofake"
)

// All methods may be used at the same time, by a client that has just been
// opened.
func TestAtTheSameTime(t *testing.T) {
	t.Parallel()
	d, _ := signedIn(t, weibofake.Options{Quota: -1, PostsPerHour: -1, Closed: []string{inComment}})
	other := d.s.Person("bob")
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for what, call := range d.methods() {
				if what == "publish" || what == "answered" { // the same text again, and a comment that is not there
					continue
				}
				if err := call(); err != nil && what != "delete" && network.ReasonOf(err) != network.Partly {
					t.Errorf("%s: %v", what, err)
				}
			}
		})
		all.Go(func() {
			text := fmt.Sprintf("post %c %s", 'a'+i, shop)
			id := d.publish(network.Draft{Text: text}).ID
			other.Comment(id, "how much?")
			if got, found := d.find(network.Draft{Text: text}, time.Now().Add(-time.Minute), none); !found || got != id {
				t.Errorf("%s: found %v, %q, want %q", text, found, got, id)
			}
		})
	}
	all.Wait()
	if n := len(d.a.Posts()); n != 8 {
		t.Errorf("%d posts, want 8", n)
	}
	if _, err := d.c.Limits(t.Context()); err != nil || d.c.Quota() != (network.Quota{}) {
		t.Errorf("limits: %v, quota %+v", err, d.c.Quota())
	}
}
