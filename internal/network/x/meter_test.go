package x

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

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

// What is read again on the same day costs nothing; a follower who then writes is
// charged as a follower and as an author.
func TestReadOnceADay(t *testing.T) {
	t.Parallel()
	r, m := metered(t, xfake.Options{Unlimited: true})
	ann := r.s.Person("ann")
	_, cursor := r.drained("")
	ann.Follow("brand")
	ann.Say("@brand hi")
	before := r.s.Charged()
	m.last()
	for range 3 {
		_, _, err := r.c.Followers(t.Context(), "")
		r.ok(err)
		r.events(cursor)
	}
	if got, want := m.sum(), network.Price(r.s.Charged()-before); got != want {
		t.Errorf("%v are written down, X charges %v", got, want)
	}
}
