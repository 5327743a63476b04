package x

import (
	"fmt"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

// A stream that says nothing for 30 seconds is dead; one that is kept alive is not.
func TestSilence(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	dead := newRig(t, xfake.Options{KeepAlive: time.Hour})
	alive := newRig(t, xfake.Options{KeepAlive: 10 * time.Second})
	a, b := dead.listen(), alive.listen()
	began := time.Now()
	select {
	case err := <-a.done:
		dead.fails(err, network.Busy)
		if took := time.Since(began); took < 25*time.Second {
			t.Errorf("given up after %v", took)
		}
	case <-time.After(45 * time.Second):
		t.Fatal("it is listened to for ever")
	}
	alive.s.Person("ann").Say("@brand still here?")
	b.heard(1)
}

// Lines that are rubbish, or of others, are passed over.
func TestOddLines(t *testing.T) {
	t.Parallel()
	const me = "42"
	for _, line := range []string{
		"", "\r", "rubbish", "{}", "null", "[]", `{"data":null}`, `{"errors":[{"title":"operational-disconnect"}]}`,
		`{"data":{"event_type":"post.mention.create","filter":{"user_id":"42"}}}`,
		`{"data":{"event_type":"post.mention.create","filter":{"user_id":"42"},"payload":[]}}`,
		`{"data":{"event_type":"post.mention.create","filter":{"user_id":"42"},"payload":{"text":"no id"}}}`,
		`{"data":{"event_type":"post.mention.create","filter":{"user_id":"43"},"payload":{"id":"7","text":"others"}}}`,
		`{"data":{"event_type":"post.mention.create","filter":{"user_id":"42"},"payload":{"id":"7","author_id":"42","text":"ours"}}}`,
		`{"data":{"event_type":"follow.follow","filter":{"user_id":"42"},"payload":{"source":{"data":{"id":"42"}},"target":{"data":{"id":"7"}}}}}`,
		`{"data":{"event_type":"follow.follow","filter":{"user_id":"42"},"payload":{}}}`,
		`{"data":{"event_type":"dm.received","filter":{"user_id":"42"},"payload":{"direct_message_events":[{"type":"typing"}]}}}`,
		`{"data":{"event_type":"dm.received","filter":{"user_id":"42"},"payload":{"direct_message_events":[{"type":"message_create","id":"1","message_create":{"sender_id":"42"}}]}}}`,
		`{"data":{"event_type":"like.create","filter":{"user_id":"42"},"payload":{"id":"7"}}}`,
	} {
		if all := activityOf([]byte(line), me); len(all) != 0 {
			t.Errorf("%s: %+v", line, all)
		}
	}
	good := `{"data":{"event_type":"post.mention.create","filter":{"user_id":"42"},"payload":{"id":"7","author_id":"5","text":"hi"}}}`
	if all := activityOf([]byte(good), me); len(all) != 1 || all[0].Mention.Item != address("7") || all[0].Mention.Author.ID != "5" {
		t.Errorf("%+v", all)
	}
}

// What is told while no stream is open comes by the poll, nothing is lost.
func TestStreamAndPoll(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	ann := r.s.Person("ann")
	_, cursor := r.drained("")
	seen := map[string]bool{}
	for round := range 4 {
		h := r.listen()
		ann.Say(fmt.Sprint("@brand heard ", round))
		h.heard(1)
		r.s.DropStreams()
		r.fails(h.end(), network.Busy)
		ann.Say(fmt.Sprint("@brand missed ", round))
		all, next := r.drained(cursor)
		cursor = next
		for _, e := range append(all, h.all()...) {
			seen[e.Mention.Text] = true
		}
	}
	if len(seen) != 8 {
		t.Errorf("%d of 8: %v", len(seen), seen)
	}
}

// What the stream tells is charged: a mention, a message and a follower.
func TestStreamEventsAreCharged(t *testing.T) {
	t.Parallel()
	r, m := metered(t, xfake.Options{Unlimited: true})
	ann := r.s.Person("ann")
	h := r.listen()
	m.last()
	before := r.s.Charged()
	ann.Say("@brand hi")
	ann.Message("brand", "psst")
	ann.Follow("brand")
	h.heard(3)
	if got, want := m.sum(), network.Price(r.s.Charged()-before); got != want || want != 25_000 {
		t.Errorf("%v are written down, X charges %v", got, want)
	}
}
