package x

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

// till is a meter for tests: it writes down, and refuses what it is told to.
type till struct {
	mu      sync.Mutex
	taken   []network.Charge
	counted []network.Charge
	refuse  func(network.Charge) bool
}

func (m *till) Take(_ context.Context, c network.Charge) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.refuse != nil && m.refuse(c) {
		return &network.Failure{Reason: network.Busy, Ours: true, Wait: time.Hour, Err: fmt.Errorf("the budget is used up: %s", c.Call)}
	}
	m.taken = append(m.taken, c)
	return nil
}

func (m *till) Count(_ context.Context, c network.Charge) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counted = append(m.counted, c)
}

// sum is all that was written down.
func (m *till) sum() (p network.Price) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, list := range [][]network.Charge{m.taken, m.counted} {
		for _, c := range list {
			p += c.Price
		}
	}
	return p
}

// last is what was taken last, and forgets all.
func (m *till) last() (c network.Charge) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, each := range m.taken {
		if each.Price+each.Least > 0 {
			c = each
		}
	}
	m.taken, m.counted = nil, nil
	return c
}

// metered is a rig with a till, where who we are is known.
func metered(t *testing.T, o xfake.Options) (*rig, *till) {
	t.Helper()
	r := newRig(t, o)
	m := &till{}
	r.set.Meter = m
	r.reopen()
	_, err := r.c.Verify(t.Context())
	r.ok(err)
	return r, m
}

// Each call is taken from the meter before it is made, for what it costs and for its purpose.
func TestPurposes(t *testing.T) {
	t.Parallel()
	r, m := metered(t, xfake.Options{Unlimited: true})
	ann := r.s.Person("ann")
	ann.Message("brand", "psst")
	who := &network.Person{ID: ann.ID()}
	named, again, dm := replyRef(ann.Say("@brand hi")), replyRef(ann.Say("@brand hello")), makeRef(ref{ID: "dm:1", Direct: true, From: ann.ID()})
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
		"delete":    {func() error { return r.c.Delete(r.Context(), it.ID) }, 10_000, network.ForAnswers},
		"followers": {func() error { _, _, err := r.c.Followers(r.Context(), ""); return err }, 1_000, network.ForNumbers},
		"answered":  {func() error { _, err := r.c.Answered(r.Context(), named, nil); return err }, 1_000, network.ForAnswers},
		"events":    {func() error { _, _, err := r.c.Events(r.Context(), ""); return err }, 10_000, network.ForAnswers},
		"posts":     {func() error { _, err := r.c.Posts(r.Context(), time.Now()); return err }, 10_000, network.ForAnswers},
	} {
		m.last()
		r.ok(c.do())
		if got := m.last(); got.Price+got.Least != c.want || got.For != c.why {
			r.Errorf("%s: %+v, want %v", name, got, c.want)
		}
	}
}

// A meter that refuses stops every call that costs before anything is sent.
func TestRefusedByMeter(t *testing.T) {
	t.Parallel()
	r, m := metered(t, xfake.Options{Unlimited: true})
	ann := r.s.Person("ann")
	ann.Message("brand", "psst")
	post, direct := r.seal(network.Draft{Text: "x"}), r.seal(network.Draft{Text: "x", Direct: true, To: &network.Person{ID: ann.ID()}})
	it := r.publish(network.Draft{Text: "out"})
	m.refuse = func(network.Charge) bool { return true }
	before := len(r.s.Requests())
	none := func(string) bool { return false }
	for name, do := range map[string]func() error{
		"publish":   func() error { _, err := r.c.Publish(t.Context(), post); return err },
		"direct":    func() error { _, err := r.c.Publish(t.Context(), direct); return err },
		"delete":    func() error { return r.c.Delete(t.Context(), it.ID) },
		"find":      func() error { _, _, err := r.c.Find(t.Context(), post, time.Now(), none); return err },
		"find dm":   func() error { _, _, err := r.c.Find(t.Context(), direct, time.Now(), none); return err },
		"posts":     func() error { _, err := r.c.Posts(t.Context(), time.Now()); return err },
		"answered":  func() error { _, err := r.c.Answered(t.Context(), replyRef("1"), nil); return err },
		"followers": func() error { _, _, err := r.c.Followers(t.Context(), ""); return err },
		"events":    func() error { _, _, err := r.c.Events(t.Context(), ""); return err },
		"verify":    func() error { _, err := r.c.Verify(t.Context()); return err },
	} {
		err := do()
		if r.fails(err, network.Busy, "budget"); !network.IsOurs(err) {
			t.Errorf("%s: it is not said that the bound is ours", name)
		}
	}
	if n := len(r.s.Requests()) - before; n != 0 {
		t.Errorf("%d calls were made", n)
	}
	_, err := r.c.Prepare(t.Context(), network.Draft{Images: []network.Image{photo(t, 1, "alt")}})
	if r.fails(err, network.Busy, "budget"); r.s.Count("POST /2/media/metadata") != 0 {
		t.Error("a text was sent")
	}
}

// Signed out, nothing is sent, so nothing is charged.
func TestSignedOutIsNotCharged(t *testing.T) {
	t.Parallel()
	r, m := metered(t, xfake.Options{})
	r.save("", "")
	r.reopen()
	m.last()
	_, err := r.try(network.Draft{Text: "x"})
	if r.fails(err, network.SignedOut); m.sum() != 0 {
		t.Errorf("%v", m.taken)
	}
}

// Over a random session what is written down is what X charges: not less, and not
// much more, as X charges for an object once a day however often it is read.
func TestMeterAgreesWithX(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		r, m := metered(t, xfake.Options{Unlimited: true})
		free := r.s.Charged()
		m.last()
		r.session(rand.New(rand.NewPCG(seed, 1)))
		got, want := m.sum(), network.Price(r.s.Charged()-free)
		if got < want || got > want*3/2 {
			t.Errorf("seed %d: %v are written down, X charges %v", seed, got, want)
		}
	}
}

// session is some days' work: people write, the brand posts, answers and deletes.
func (r *rig) session(random *rand.Rand) {
	r.Helper()
	_, cursor := r.drained("")
	var ids []string
	for i := range 60 {
		who := r.s.Person()
		switch random.IntN(6) {
		case 0:
			ids = append(ids, r.publish(network.Draft{Text: fmt.Sprint("plain ", i)}).ID)
		case 1:
			r.publish(network.Draft{Text: fmt.Sprint("see https://shop.example.com/", i), Images: []network.Image{photo(r.T, uint8(i), "alt")}})
		case 2:
			r.publish(network.Draft{Text: fmt.Sprint("answer ", i), ReplyTo: replyRef(who.Say("@brand hi"))})
		case 3:
			who.Message("brand", "psst")
			r.publish(network.Draft{Text: fmt.Sprint("answer ", i), Direct: true, To: &network.Person{ID: who.ID()}})
		case 4:
			if len(ids) > 0 {
				r.ok(r.c.Delete(r.Context(), ids[0]))
				ids = ids[1:]
			}
		case 5:
			who.Follow("brand")
			who.Say("@brand hello")
		}
		if i%10 == 0 {
			_, cursor = r.drained(cursor)
		}
	}
	_, _, err := r.c.Followers(r.Context(), "")
	r.ok(err)
}

// A poll that brings nothing costs nothing, however often it is made.
func TestEmptyReadingsAreFree(t *testing.T) {
	t.Parallel()
	r, m := metered(t, xfake.Options{Unlimited: true})
	m.last()
	_, cursor := r.drained("")
	for range 20 {
		r.drained(cursor)
		_, _, err := r.c.Followers(t.Context(), "")
		r.ok(err)
		r.find(r.seal(network.Draft{Text: "x"}))
	}
	if m.sum() != 0 {
		t.Errorf("%v for nothing", m.sum())
	}
}
