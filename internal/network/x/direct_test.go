package x

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

// The first message that the account ever gets is not lost.
func TestFirstDirectMessageIsNotLost(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	_, cursor := r.drained("")
	r.s.Person("ann").Message("brand", "the very first")
	if all, _ := r.drained(cursor); !slices.Equal(texts(all), []string{"the very first"}) {
		t.Errorf("%q", texts(all))
	}
}

// Messages come in order over pages, ours not; each says who wrote it.
func TestManyMessages(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	ann := r.s.Person("ann")
	_, cursor := r.drained("")
	var want []string
	for i := range 230 {
		want = append(want, fmt.Sprint("psst ", i))
		ann.Message("brand", want[i])
		if i%60 == 0 {
			r.publish(network.Draft{Text: fmt.Sprint("what? ", i), Direct: true, To: &network.Person{ID: ann.ID()}})
		}
	}
	all, next := r.events(cursor)
	if !slices.Equal(texts(all), want) {
		t.Errorf("%d of %d", len(all), len(want))
	}
	m := all[7].Mention
	if !m.Direct || m.Author.ID != ann.ID() || m.Author.Handle != "ann" || m.At.IsZero() || m.ReplyTo != "" {
		t.Errorf("%+v", m)
	}
	if all, again := r.events(next); len(all) != 0 || again != next {
		t.Errorf("%d again", len(all))
	}
}

// Nobody is written to who has not written first.
func TestDirectInAnswerOnly(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	ann := r.s.Person("ann")
	d := network.Draft{Text: "hello", Direct: true, To: &network.Person{ID: ann.ID(), Handle: "ann"}}
	_, err := r.try(d)
	r.fails(err, network.Refused, "permission")
	ann.Message("brand", "may I ask?")
	it := r.publish(d)
	if all := ann.Inbox("brand"); !slices.Equal(all, []string{"hello"}) {
		t.Errorf("%q", all)
	}
	r.fails(r.c.Delete(t.Context(), it.ID), network.Refused)
	for _, to := range []*network.Person{nil, {}, {Handle: "ann"}, {ID: "1"}} {
		d.To = to
		s, err := r.c.Prepare(t.Context(), d)
		if err == nil {
			_, err = r.c.Publish(t.Context(), s)
		}
		r.fails(err, network.Refused)
	}
}

// Without consent to messages, mentions come all the same, and own posts too.
func TestNoDirectScopes(t *testing.T) {
	t.Parallel()
	for _, bare := range []bool{false, true} {
		r := newRig(t, xfake.Options{Unlimited: true, BareDenial: bare})
		fresh := r.s.Tokens("brand", "tweet.read", "tweet.write", "users.read", "offline.access")
		r.save(fresh.Access, fresh.Refresh)
		r.reopen()
		r.noDirect()
	}
	r := keyed(t, xfake.Options{Unlimited: true, OAuth1Access: "write"})
	r.noDirect()
}

func (r *rig) noDirect() {
	r.Helper()
	_, cursor := r.drained("")
	ann := r.s.Person("ann")
	ann.Message("brand", "psst")
	ann.Say("@brand hi")
	if !r.partly {
		r.Error("nobody is told that messages are not heard")
	}
	if all, _ := r.drained(cursor); !slices.Equal(texts(all), []string{"@brand hi"}) {
		r.Errorf("%q", texts(all))
	}
	r.publish(network.Draft{Text: "hello"})
	if all, err := r.c.Posts(r.Context(), time.Now().Add(-time.Minute)); err != nil || len(all) != 1 {
		r.Errorf("%d posts, %v", len(all), err)
	}
}

// Trouble with messages does not keep mentions back, and loses no message.
func TestDirectTrouble(t *testing.T) {
	t.Parallel()
	for _, rule := range []xfake.Rule{{Status: 503}, {Drop: true}, {Status: 429}, {Status: 402}, {Status: 200, Body: "<html>"},
		{Status: 200, Body: `{"errors":[{"title":"x"}]}`}} {
		r := boundless(t)
		ann := r.s.Person("ann")
		_, cursor := r.drained("")
		ann.Message("brand", "psst")
		ann.Say("@brand hi")
		rule.Path = "/2/dm_events"
		r.s.Fail(rule)
		all, _ := r.drained(cursor)
		if got := texts(all); !slices.Equal(got, []string{"@brand hi", "psst"}) {
			t.Errorf("%+v: %q", rule, got)
		}
	}
}
