package x

import (
	"strings"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

// A mention says who wrote what, to whom and as an answer to what.
func TestMentionFields(t *testing.T) {
	t.Parallel()
	for _, newNames := range []bool{false, true} {
		r := newRig(t, xfake.Options{Unlimited: true, NewNames: newNames, Accounts: []xfake.Account{{Name: "brand"}, {Name: "other"}}})
		ann := r.s.Person("ann")
		ann.Describe("I like #NoBot accounts")
		ann.Label(true)
		ann.Follow("other")
		ours := r.publish(network.Draft{Text: "our post"}).ID
		_, cursor := r.events("")
		id := ann.Reply(ours, "hi @other & https://shop.example/a?b=1&copy=2")
		all, _ := r.events(cursor)
		if len(all) != 1 {
			t.Fatalf("%d", len(all))
		}
		m := all[0].Mention
		who := network.Person{ID: ann.ID(), Handle: "ann", Name: "ann", Bot: true, NoBot: true}
		if m.Author != who || m.ReplyTo != ours || m.Item != address(id) || Kind().Item(m.Ref) != id || m.Direct || m.Language != "en" ||
			time.Since(m.At).Abs() > time.Minute {
			t.Errorf("%+v", m)
		}
		if m.Text != "@brand hi @other & https://shop.example/a?b=1&copy=2" || !contains(m.Names, r.s.ID("brand")) ||
			!contains(m.Names, r.s.ID("other")) {
			t.Errorf("%q %q", m.Text, m.Names)
		}
	}
}

// A long mention is read whole: it may say stop at the end, and name us there.
func TestLongMention(t *testing.T) {
	t.Parallel()
	for _, newNames := range []bool{false, true} {
		r := newRig(t, xfake.Options{Unlimited: true, Premium: true, NewNames: newNames})
		_, cursor := r.events("")
		text := strings.Repeat("I have a lot to say. ", 30) + "@brand please STOP"
		r.s.Person("ann").Say(text)
		all, _ := r.events(cursor)
		if len(all) != 1 || all[0].Mention.Text != text || !contains(all[0].Mention.Names, r.s.ID("brand")) {
			t.Errorf("new names %v: %+v", newNames, texts(all))
		}
	}
}

// Names of queries are switched once, and remembered.
func TestNewNames(t *testing.T) {
	t.Parallel()
	r := newRig(t, xfake.Options{Unlimited: true, NewNames: true})
	for range 5 {
		_, cursor := r.events("")
		r.events(cursor)
		_, err := r.c.Posts(t.Context(), time.Now())
		r.ok(err)
	}
	bad := 0
	for _, q := range r.s.Requests() {
		if q.Status == 400 {
			bad++
		}
	}
	if bad != 1 {
		t.Errorf("%d calls in the wrong names", bad)
	}
}
