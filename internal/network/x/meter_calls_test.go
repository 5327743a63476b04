package x

import (
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

// Each call is taken from the meter before it is made, for what it costs and for its purpose.
func TestPurposes(t *testing.T) {
	t.Parallel()
	r, m := metered(t, xfake.Options{Unlimited: true})
	ann := r.s.Person("ann")
	ann.Message("brand", "psst")
	who := &network.Person{ID: ann.ID()}
	named, again, dm := replyRef(ann.Say("@brand hi")), replyRef(ann.Say("@brand hello")),
		makeRef(ref{ID: "dm:1", Direct: true, From: ann.ID()})
	for _, c := range []struct {
		call  string
		draft network.Draft
		want  network.Price
		why   network.Purpose
	}{
		{"post", network.Draft{Text: "plain"}, 15_000, network.ForPosts},
		{"link", network.Draft{Text: "see https://shop.example.com/a"}, 200_000, network.ForPosts},
		{"link without scheme", network.Draft{Text: "see example.com"}, 200_000, network.ForPosts},
		{"answer", network.Draft{Text: "hi", ReplyTo: named}, 10_000, network.ForAnswers},
		{"message", network.Draft{Text: "hi", Direct: true, To: who}, 15_000, network.ForPosts},
		{"answer to a message", network.Draft{Text: "hi!", Direct: true, To: who, ReplyTo: dm}, 15_000, network.ForAnswers},
	} {
		m.last()
		before := r.s.Charged()
		if got := Kind().Price(c.draft); got != c.want {
			t.Errorf("%s: will cost %v, want %v", c.call, got, c.want)
		}
		r.publish(c.draft)
		if got := m.last(); got.Price != c.want || got.For != c.why {
			t.Errorf("%s: %+v", c.call, got)
		}
		if real := network.Price(r.s.Charged() - before); real != c.want && c.call != "link without scheme" {
			t.Errorf("%s: X charges %v, want %v", c.call, real, c.want)
		}
	}
	r.linkInAnswer(m, again)
	r.otherPurposes(m, named)
}

// linkInAnswer: documents disagree; what we write down is not less than X charges.
func (r *rig) linkInAnswer(m *till, to network.Ref) {
	r.Helper()
	m.last()
	before := r.s.Charged()
	r.publish(network.Draft{Text: "see https://shop.example.com/b", ReplyTo: to})
	if got := m.last(); int64(got.Price) < r.s.Charged()-before || got.For != network.ForAnswers {
		r.Errorf("an answer with a link: %+v", got)
	}
}

func (r *rig) otherPurposes(m *till, named network.Ref) {
	r.Helper()
	it := r.publish(network.Draft{Text: "first of a thread"})
	m.last()
	thread := network.Draft{Text: "second of it", ReplyTo: Kind().Ref(it.ID)}
	r.publish(thread)
	if got := m.last(); got.Price != 15_000 || got.For != network.ForPosts || Kind().Price(thread) != 15_000 {
		r.Errorf("thread: %+v, will cost %v", got, Kind().Price(thread))
	}
	for name, c := range map[string]struct {
		do   func() error
		want network.Price
		why  network.Purpose
	}{
		"alt text": {func() error {
			_, err := r.c.Prepare(r.Context(), network.Draft{Images: []network.Image{photo(r.T, 1, "alt")}})
			return err
		}, 5_000, network.ForPosts},
		"delete": {func() error { return r.c.Delete(r.Context(), it.ID) }, 10_000, network.ForAnswers},
		"followers": {func() error { _, _, err := r.c.Followers(r.Context(), ""); return err }, 1000 * 1_000,
			// the largest page: what it did not bring is given back
			network.ForNumbers},
		"answered": {func() error { _, err := r.c.Answered(r.Context(), named, nil); return err }, 100 * 1_000, network.ForAnswers},
		"events":   {func() error { _, _, err := r.c.Events(r.Context(), ""); return err }, 10 * 20_000, network.ForAnswers},
		"posts":    {func() error { _, err := r.c.Posts(r.Context(), time.Now()); return err }, 10 * 20_000, network.ForAnswers},
	} {
		m.last()
		r.ok(c.do())
		if got := m.last(); got.Price+got.Reserve != c.want || got.Least > got.Reserve || got.For != c.why {
			r.Errorf("%s: %+v, want %v", name, got, c.want)
		}
	}
}
