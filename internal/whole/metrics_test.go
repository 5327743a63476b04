package whole_test

import (
	"testing"

	"magpie/internal/sandbox"
)

// How posts fare on their network is read after each start, and every few hours; the
// report sums it up.
func TestMetrics(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	s.due("first")
	s.until("it is out", func() bool { s.once(); return s.state("first") == "sent" })
	post := s.timeline("shop")[0].ID
	ann := s.net.Person("ann")
	ann.Favourite(post)
	ann.Boost(post)
	ann.Comment(post, "nice")
	p := s.start()
	s.until("that is read", func() bool { return s.count(`SELECT count(*) FROM metrics`) == "1" })
	p.stop()
	id := s.read(`SELECT id FROM posts WHERE step = 'first'`)[0]["id"]
	if said := s.must("outbox", "show", id); !contains(said, "1 like, 1 repost", "1 reply") {
		t.Errorf("%s", said)
	}
	if said := s.must("report"); !contains(said, "LIKES", "REPOSTS", "REPLIES") || contains(said, "COST") {
		t.Errorf("%s", said)
	}
	if said := s.must("report", "--json"); !contains(said, `"likes": 1`, `"reposts": 1`, `"replies": 1`) {
		t.Errorf("%s", said)
	}
}
