package publish_test

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"magpie/internal/audit"
	"magpie/internal/coupon"
	"magpie/internal/network"
	"magpie/internal/outbox"
)

func TestSent(t *testing.T) {
	w := newWorld(t, network.Blind)
	p := w.coded("a", 1)
	later := w.add("b", func(p *outbox.Post) { p.SlotAt = w.now.Add(time.Hour) })
	if n := w.pass(); n != 1 {
		t.Errorf("%d posts in hand", n)
	}
	got := w.is("a", outbox.Sent)
	out := w.outThere(1)[0]
	if out.Text != "@ann your code is "+p.Code || out.Key != "a" || !out.Direct || got.RemoteID != out.ID || got.URL == "" ||
		!got.SentAt.Equal(w.now) || got.Attempts != 1 || got.SealedText != out.Text {
		t.Errorf("got %+v and %+v", got, out)
	}
	if s := w.code(p); s != "delivered" {
		t.Errorf("the code is %s", s)
	}
	until, err := coupon.ValidUntil(t.Context(), w.db, p.Code)
	if err != nil || !until.Equal(noon.Add(72*time.Hour)) {
		t.Errorf("good until %v, %v", until, err)
	}
	if len(w.told()) != 1 || w.told()[0] != outbox.Sent {
		t.Errorf("told %v", w.told())
	}
	w.is("b", outbox.Planned)
	for range 3 {
		w.after(time.Hour)
	}
	w.outThere(2)
	if got := w.is("b", outbox.Sent); got.ID != later.ID {
		t.Errorf("got %+v", got)
	}
}

// TestKeyIsOnce: planning twice adds nothing.
func TestKeyIsOnce(t *testing.T) {
	w := newWorld(t, network.Exact)
	w.add("a", nil)
	for range 2 {
		w.must(w.db.Write(t.Context(), func(tx *sql.Tx) error {
			added, err := outbox.Add(t.Context(), tx, &outbox.Post{Key: "a", Kind: outbox.Public, Account: name, Text: "other words",
				SlotAt: w.now}, w.now)
			if added {
				t.Error("it was added again")
			}
			return err
		}))
		w.pass()
	}
	if out := w.outThere(1)[0]; out.Text != "text of a" {
		t.Errorf("got %q", out.Text)
	}
}

// TestOneAnswerPerMention: the database itself refuses a second answer.
func TestOneAnswerPerMention(t *testing.T) {
	w := newWorld(t, network.Exact)
	answer := func(key string) *outbox.Post {
		return &outbox.Post{Key: key, Kind: outbox.Answer, Account: name, Mention: "m1", Text: key, SlotAt: w.now}
	}
	w.must(w.db.Write(t.Context(), func(tx *sql.Tx) error {
		for i, key := range []string{"answer/m1", "by another way"} {
			added, err := outbox.Add(t.Context(), tx, answer(key), w.now)
			if err != nil || added != (i == 0) {
				t.Errorf("%s: added %v, %v", key, added, err)
			}
		}
		return nil
	}))
	w.pass()
	w.outThere(1)
}

func TestRefused(t *testing.T) {
	w := newWorld(t, network.Keyed)
	p := w.coded("a", 1)
	w.fail(network.Refused, false)
	w.pass()
	if got := w.is("a", outbox.Refused); !strings.Contains(got.Reason, "the network says refused") {
		t.Errorf("for %q", got.Reason)
	}
	if s := w.code(p); s != "free" {
		t.Errorf("the code is %s", s)
	}
	w.after(time.Hour)
	w.outThere(0)
	if len(w.told()) != 1 || w.told()[0] != outbox.Refused {
		t.Errorf("told %v", w.told())
	}
	lines, err := audit.Of(t.Context(), w.db, "post "+p.ID)
	if err != nil || len(lines) != 1 || lines[0].What != "post refused" {
		t.Errorf("the log: %+v, %v", lines, err)
	}
}

// TestBusy: provably not out, so it is planned again for the time that the
// network names, and the code stays the person's.
func TestBusy(t *testing.T) {
	for how, f := range map[string]func(w *world) *network.Failure{
		"a time": func(w *world) *network.Failure {
			return &network.Failure{Reason: network.Busy, After: w.now.Add(90 * time.Second), Err: errBusy}
		},
		"seconds": func(*world) *network.Failure {
			return &network.Failure{Reason: network.Busy, Wait: 90 * time.Second, Err: errBusy}
		},
	} {
		t.Run(how, func(t *testing.T) {
			w := newWorld(t, network.Blind)
			p := w.coded("a", 1)
			w.failWith(f(w), false)
			w.pass()
			if got := w.is("a", outbox.Planned); !got.NextAt.Equal(noon.Add(90*time.Second)) || !strings.Contains(got.Reason, "too many") {
				t.Errorf("next at %v, for %q", got.NextAt, got.Reason)
			}
			if w.after(89 * time.Second); w.code(p) != "reserved" {
				t.Errorf("the code is %s", w.code(p))
			}
			w.outThere(0)
			w.after(time.Second)
			w.is("a", outbox.Sent)
			w.outThere(1)
		})
	}
}

// TestBusyWithoutATime backs off: 10 s, doubling, never above five minutes.
func TestBusyWithoutATime(t *testing.T) {
	w := newWorld(t, network.Blind)
	w.add("a", nil)
	last := time.Duration(0)
	for i := range 9 {
		w.fail(network.Busy, false)
		w.pass()
		wait := w.is("a", outbox.Planned).NextAt.Sub(w.now)
		if wait < last || wait > 5*time.Minute || i > 0 && last < 5*time.Minute && wait < 2*last && wait != 5*time.Minute {
			t.Errorf("after %s it waits %s", last, wait)
		}
		last = wait
		w.now = w.now.Add(wait)
	}
	w.pass()
	w.is("a", outbox.Sent)
}

func TestTooLong(t *testing.T) {
	w := newWorld(t, network.Exact)
	w.add("fits", func(p *outbox.Post) { p.Text = strings.Repeat("长", 100) })
	w.add("not", func(p *outbox.Post) { p.Text = strings.Repeat("长", 101) })
	w.add("with the name", func(p *outbox.Post) {
		p.Kind, p.Recipient, p.Text = outbox.Direct, "ann", strings.Repeat("长", 96)
	})
	w.pass()
	w.is("fits", outbox.Sent)
	for _, key := range []string{"not", "with the name"} {
		if p := w.is(key, outbox.Refused); !strings.Contains(p.Reason, "101 characters, the limit is 100") {
			t.Errorf("%s: %s", key, p.Reason)
		}
	}
}

// TestComposing: what ends a post before it is frozen.
func TestComposing(t *testing.T) {
	for _, to := range []outbox.State{outbox.Withdrawn, outbox.Refused, outbox.Late, outbox.Held} {
		t.Run(string(to), func(t *testing.T) {
			for what, at := range map[string]func(w *world, f func(*outbox.Post) error){
				"composed": func(w *world, f func(*outbox.Post) error) { w.compose = f },
				"frozen":   func(w *world, f func(*outbox.Post) error) { w.recheck = f },
			} {
				w := newWorld(t, network.Exact)
				p := w.coded("a", 1)
				at(w, func(*outbox.Post) error { return &outbox.Stop{State: to, Reason: "because"} })
				w.pass()
				if got := w.is("a", to); got.Reason != "because" {
					t.Errorf("%s: for %q", what, got.Reason)
				}
				want := "free"
				if to == outbox.Held {
					want = "reserved"
				}
				if s := w.code(p); s != want {
					t.Errorf("%s: the code is %s, want %s", what, s, want)
				}
				w.compose, w.recheck = nil, nil
				w.after(time.Hour)
				w.outThere(0)
				if len(w.told()) != 1 || w.told()[0] != to {
					t.Errorf("%s: told %v", what, w.told())
				}
			}
		})
	}
}

// TestAnsweredByHand: nobody is answered twice.
func TestAnsweredByHand(t *testing.T) {
	w := newWorld(t, network.Exact)
	m := w.net.Mention(name, network.Person{Handle: "ann"}, "deal?")
	other := w.net.Mention(name, network.Person{Handle: "bob"}, "deal?")
	w.net.AnswerByHand(name, m.Ref, "here you are")
	for key, ref := range map[string]network.Ref{"a": m.Ref, "b": other.Ref} {
		w.add(key, func(p *outbox.Post) { p.Kind, p.Mention, p.Ref = outbox.Answer, key, string(ref) })
	}
	w.pass()
	if p := w.is("a", outbox.Withdrawn); !strings.Contains(p.Reason, "by hand") {
		t.Errorf("for %q", p.Reason)
	}
	w.is("b", outbox.Sent)
	w.outThere(2) // the one by hand, and b
}

// TestOwnIsNotByHand: a private message does not say what it answers. One that nobody knows yet to be ours, since the network's
// answer to it was lost, is no answer by hand to what the same person says next: that waits until it is known.
func TestOwnIsNotByHand(t *testing.T) {
	w := newWorld(t, network.Blind)
	m := w.net.Mention(name, network.Person{Handle: "ann"}, "deal?")
	asks := func(key string) {
		w.add(key, func(p *outbox.Post) {
			p.Kind, p.Private, p.Mention, p.Ref, p.Person = outbox.Answer, true, key, string(m.Ref), 1
		})
	}
	asks("a")
	w.fail(network.Unknown, true)
	w.pass()
	w.is("a", outbox.InDoubt)
	asks("b")
	w.pass()
	if p := w.is("b", outbox.Planned); !strings.Contains(p.Reason, "waits until it is known") {
		t.Errorf("for %q", p.Reason)
	}
	w.after(settle)
	w.is("a", outbox.Sent)
	w.after(settle)
	w.is("b", outbox.Sent)
	w.outThere(2)
}

// TestPerhapsByHand: of the message that the network shows nobody can tell whether it is ours, as of one of ours a person is asked whether
// it is out. Then a person has to see to the answer, too: it is not taken for answered by hand.
func TestPerhapsByHand(t *testing.T) {
	w := newWorld(t, network.Blind)
	m := w.net.Mention(name, network.Person{Handle: "ann"}, "deal?")
	w.net.AnswerByHand(name, m.Ref, "this may be ours")
	w.add("a", func(p *outbox.Post) { p.Kind, p.Person = outbox.Direct, 1 })
	w.fail(network.Unknown, false)
	w.pass()
	w.after(settle)
	w.after(settle)
	asked := w.is("a", outbox.Asked)
	w.add("b", func(p *outbox.Post) {
		p.Kind, p.Private, p.Mention, p.Ref, p.Person = outbox.Answer, true, "b", string(m.Ref), 1
	})
	w.pass()
	if p := w.is("b", outbox.Withdrawn); p.Cause != "" || !strings.Contains(p.Reason, asked.ID) {
		t.Errorf("for %q (%s)", p.Reason, p.Cause)
	}
}

func TestOnePrefix(t *testing.T) {
	w := newWorld(t, network.Exact)
	p := w.add("a", nil)
	if got, err := outbox.One(t.Context(), w.db.Read, " "+strings.ToUpper(p.ID[:6])+" "); err != nil || got.ID != p.ID {
		t.Errorf("got %v, %v", got, err)
	}
	for id, want := range map[string]string{"": "id is empty", "%": "no post", "_": "no post", "zzzzzz": "there is no post"} {
		if _, err := outbox.One(t.Context(), w.db.Read, id); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", id, err)
		}
	}
	for i := range 40 {
		w.add("x"+string(rune(0x4e00+i)), nil)
	}
	several := 0
	for _, c := range "abcdefghijklmnopqrstuvwxyz234567" {
		if _, err := outbox.One(t.Context(), w.db.Read, string(c)); err != nil && strings.Contains(err.Error(), "several posts begin with") {
			several++
		}
	}
	if several == 0 {
		t.Error("none of the beginnings was of several posts")
	}
}
