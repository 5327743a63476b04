package coupon

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"magpie/internal/store"
)

// model is what should be, kept in plain Go.
type model struct {
	t      *rapid.T
	db     *store.DB
	offer  Offer
	now    time.Time
	posts  int
	codes  map[string]*kept
	order  map[int64][]string // of a person, oldest first
	orders map[string]string  // order → code
	size   int                // codes there are, or may be; -1: as many as are asked for
}

type kept struct {
	person  int64
	posts   map[string]bool // that carry it
	out     bool
	used    bool
	until   time.Time
	started bool
}

// reserve is for one person or for several at once.
func (m *model) reserve() {
	persons := rapid.SliceOfNDistinct(rapid.Int64Range(1, 5), 1, 5, rapid.ID[int64]).Draw(m.t, "persons")
	posts := make([]string, len(persons))
	for i := range posts {
		posts[i] = m.post()
	}
	given, err := reserveAll(m.db, m.offer, persons, posts, m.now)
	if err != nil || len(given) != len(persons) {
		m.t.Fatalf("%v for %v: %v", given, persons, err)
	}
	for i, g := range given {
		m.given(persons[i], posts[i], g.Code, g.Err)
	}
}

// given compares what a person got, the next in order, with what they should get.
func (m *model) given(person int64, post, code string, err error) {
	mine := m.order[person]
	if len(mine) >= max(m.offer.PerPerson, 1) {
		last := m.codes[mine[len(mine)-1]]
		switch {
		case last.used:
			m.want(err, ErrUsed)
		case last.started && last.until.Before(m.now):
			m.want(err, ErrExpired)
		case err != nil || code != mine[len(mine)-1]:
			m.t.Fatalf("person %d is told %s (%v), and has %v", person, code, err, mine)
		default:
			last.posts[post] = true
		}
		return
	}
	if m.size >= 0 && len(m.codes) >= m.size {
		m.want(err, ErrNone)
		return
	}
	if err != nil {
		m.t.Fatalf("person %d gets none, %d of %d are given: %v", person, len(m.codes), m.size, err)
	}
	if k := m.codes[code]; k != nil {
		m.t.Fatalf("%s is given to %d and belongs to %d", code, person, k.person)
	}
	m.codes[code] = &kept{person: person, posts: map[string]bool{post: true}}
	m.order[person] = append(mine, code)
}

func (m *model) want(err, want error) {
	if !errors.Is(err, want) {
		m.t.Fatalf("got %v, want %v", err, want)
	}
}

func (m *model) post() string {
	m.posts++
	return fmt.Sprint("post", m.posts)
}

// one draws a code that is given, with a post that carries it.
func (m *model) one() (code string, k *kept, post string) {
	var all []string
	for p := range int64(6) {
		for _, c := range m.order[p] {
			for i := range m.posts {
				if p := fmt.Sprint("post", i+1); m.codes[c].posts[p] {
					all = append(all, c+" "+p)
				}
			}
		}
	}
	if len(all) == 0 {
		m.t.Skip("nobody has a code")
	}
	_, _ = fmt.Sscan(rapid.SampledFrom(all).Draw(m.t, "code and post"), &code, &post)
	return code, m.codes[code], post
}

func (m *model) start() {
	code, k, _ := m.one()
	until := m.now.Add(time.Duration(rapid.IntRange(1, 48).Draw(m.t, "hours")) * time.Hour)
	if theirs := startOf(m.t, m.db, code, k.person, until); theirs == k.used {
		m.t.Fatalf("%s goes out: %v; used: %v", code, theirs, k.used)
	}
	if !k.started && !k.used {
		k.started, k.until = true, until
	}
}

func (m *model) deliver() {
	code, k, _ := m.one()
	deliver(m.t, m.db, code)
	k.out = true
}

// release: the post died. The code is free only if no other carries it and it
// is neither out nor used.
func (m *model) release() {
	code, k, post := m.one()
	release(m.t, m.db, code, post)
	delete(k.posts, post)
	if k.out || k.used || len(k.posts) > 0 {
		return
	}
	delete(m.codes, code)
	mine := m.order[k.person]
	for i, c := range mine {
		if c == code {
			m.order[k.person] = append(append([]string{}, mine[:i]...), mine[i+1:]...)
		}
	}
}

func (m *model) redeem() {
	code, k, _ := m.one()
	order := fmt.Sprint("order", rapid.IntRange(1, 6).Draw(m.t, "order"))
	again, err := Redeem(m.t.Context(), m.db, code, Order{order, 100, "USD"}, nil, "ann", m.now)
	var r *Refusal
	errors.As(err, &r)
	switch key := order + " " + code; {
	case m.orders[key] != "":
		if !again || err != nil {
			m.t.Fatalf("%s again: %v, %v", key, again, err)
		}
	case k.used:
		if r == nil || r.Reason != "used_up" {
			m.t.Fatalf("%s is used: %v", code, err)
		}
	case k.started && k.until.Before(m.now):
		if r == nil || r.Reason != "expired" {
			m.t.Fatalf("%s has expired: %v", code, err)
		}
	case again || err != nil:
		m.t.Fatalf("%s: %v, %v", key, again, err)
	default:
		k.used, m.orders[key] = true, code
	}
}

func (m *model) wait() {
	m.now = m.now.Add(time.Duration(rapid.IntRange(1, 30).Draw(m.t, "hours")) * time.Hour)
}

// check compares all that is stored with what should be.
func (m *model) check(t *rapid.T) {
	want := Left{}
	for code, k := range m.codes {
		is := "reserved"
		switch {
		case k.used:
			is = "redeemed"
			want.Redeemed++
		case k.out:
			is = "delivered"
			want.Delivered++
		default:
			want.Reserved++
		}
		if got, person := state(t, m.db, code); got != is || person != k.person {
			t.Fatalf("%s is %s of %d, want %s of %d", code, got, person, is, k.person)
		}
	}
	got := left(t, m.db, m.offer.Name)
	if want.Free = got.Free; got != want {
		t.Fatalf("left %+v, want %+v", got, want)
	}
	if all := got.Free + len(m.codes); m.size >= 0 && (all > m.size || !m.offer.Made && all != m.size) {
		t.Fatalf("%d codes, want %d", all, m.size)
	}
}

// TestAnySequence: whatever happens in whatever order, no code has two
// owners, nobody more than their share, and nothing is lost.
func TestAnySequence(t *testing.T) {
	db := open(t)
	round := 0
	rapid.Check(t, func(t *rapid.T) {
		round++
		m := &model{t: t, db: db, now: noon, codes: map[string]*kept{}, order: map[int64][]string{}, orders: map[string]string{},
			offer: Offer{Name: fmt.Sprint("offer", round), PerPerson: rapid.IntRange(0, 3).Draw(t, "per person"),
				Made: rapid.Bool().Draw(t, "made")}}
		m.size = rapid.IntRange(-1, 7).Draw(t, "size")
		switch {
		case m.size < 1 && m.offer.Made:
			m.size = -1
		case m.offer.Made:
			m.offer.Limit = m.size
		default:
			if m.size = max(m.size, 0); m.size > 0 {
				load(t, db, m.offer.Name, m.size)
			}
		}
		act := func(f func()) func(*rapid.T) { return func(t *rapid.T) { m.t = t; f() } }
		t.Repeat(map[string]func(*rapid.T){"reserve": act(m.reserve), "reserve again": act(m.reserve), "start": act(m.start),
			"deliver": act(m.deliver),
			"release": act(m.release), "redeem": act(m.redeem), "wait": act(m.wait), "": m.check})
	})
}
