package mastodon

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/networktest"
	"magpie/internal/sandbox"
)

// A notification that is numbered before others and stored after them is heard, once a program goes on from its cursor.
func TestLateNotificationsAreHeard(t *testing.T) {
	t.Parallel()
	clock := &ticking{now: time.Now()}
	s := start(t, sandbox.Options{Clock: clock.Now, Variant: sandbox.Variant{LateNotifications: 2 * time.Second}})
	c := newClient(t, s.URL())
	_, cursor, err := c.Events(t.Context(), "")
	must(t, err)
	ann := s.Person("ann@far.example")
	want, got := 0, map[string]int{}
	read := func() {
		for {
			events, next, err := c.Events(t.Context(), cursor)
			must(t, err)
			cursor = next
			for _, e := range events {
				got[e.Mention.Item]++
			}
			if len(events) == 0 {
				return
			}
		}
	}
	for i := range 300 {
		ann.Say(fmt.Sprint("number ", i), brand)
		want++
		if i%7 == 0 {
			read()
		}
		if i == 150 { // a program that starts anew
			c = newClient(t, s.URL())
		}
		clock.add(200 * time.Millisecond)
	}
	for range 20 {
		clock.add(time.Minute)
		read()
	}
	if len(got) != want {
		t.Errorf("%d of %d were heard", len(got), want)
	}
	twice := 0
	for _, n := range got {
		if n > 1 {
			twice++
		}
	}
	if twice > 160 {
		t.Errorf("%d were told twice, more than by one new start", twice)
	}
	if p := parsePlace(cursor); p.again != p.read {
		t.Errorf("after minutes %q is still read again", cursor)
	}
}

// What was read and not stored comes again.
func TestEventsThatWereNotStoredComeAgain(t *testing.T) {
	t.Parallel()
	clock := &ticking{now: time.Now()}
	s := start(t, sandbox.Options{Clock: clock.Now, Variant: sandbox.Variant{LateNotifications: 2 * time.Second}})
	c := newClient(t, s.URL())
	_, cursor, err := c.Events(t.Context(), "")
	must(t, err)
	for i := range 7 {
		s.Person("ann@far.example").Say(fmt.Sprint(i), brand)
	}
	for range 2 { // the first time the disk was full
		events, next, err := c.Events(t.Context(), cursor)
		if must(t, err); len(events) != 5 || next == cursor {
			t.Fatalf("%d events", len(events))
		}
	}
	_, cursor, err = c.Events(t.Context(), cursor)
	must(t, err)
	clock.add(5 * time.Second)
	for range 2 {
		events, _, err := c.Events(t.Context(), cursor)
		if must(t, err); len(events) != 2 {
			t.Fatalf("%d events came late, want 2", len(events))
		}
	}
}

// A server that answers the newest page, and more than a page waits.
func TestGapsAreRead(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{Variant: sandbox.Variant{MinIsSince: true}})
	c := newClient(t, s.URL())
	_, cursor, err := c.Events(t.Context(), "")
	must(t, err)
	for i := range 250 {
		s.Person("ann@far.example").Say(fmt.Sprint(i), brand)
	}
	events, _, err := c.Events(t.Context(), cursor)
	must(t, err)
	var items []string
	for _, e := range events {
		items = append(items, e.Mention.Item)
	}
	if len(items) != 250 || !slices.IsSortedFunc(items, later) {
		t.Errorf("%d of 250 were heard", len(items))
	}
}

// One notification that can't be read is told of, and those after it are heard; a page that is too large is read in parts.
func TestNotificationsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	proxy := networktest.Before(t, s.URL())
	c := newClient(t, proxy.URL)
	_, cursor, err := c.Events(t.Context(), "")
	must(t, err)
	ann := s.Person("ann@far.example")
	for i := range 5 {
		ann.Say(fmt.Sprint("number ", i), brand)
	}
	proxy.All("GET /api/v1/notifications", networktest.Spoil{Pass: true, Edit: func(b []byte) []byte {
		return []byte(strings.Replace(string(b), `"type":"mention"`, `"type":17`, 1))
	}})
	events, next, err := c.Events(t.Context(), cursor)
	var f *network.Failure
	if !errors.As(err, &f) || f.Reason != network.Partly || !f.Lost || len(events) != 4 || next == cursor {
		t.Errorf("%d events, %v", len(events), err)
	}
	proxy.All("GET /api/v1/notifications", networktest.Spoil{Pass: true, Edit: func(b []byte) []byte {
		if n := strings.Count(string(b), `"type"`); n > 2 {
			return []byte(strings.ReplaceAll(string(b), `"group_key":"`, `"group_key":"`+strings.Repeat("x", 5<<20)))
		}
		return b
	}})
	got := map[string]bool{}
	for range 6 {
		events, next, err := c.Events(t.Context(), cursor)
		must(t, err)
		cursor = next
		for _, e := range events {
			got[e.Mention.Item] = true
		}
	}
	if len(got) != 5 {
		t.Errorf("%d of 5 were heard in parts", len(got))
	}
}

// More than is read at once is read bit by bit, over starts of the program: the account is
// not deaf for ever.
func TestMoreThanIsReadAtOnce(t *testing.T) {
	t.Parallel()
	clock := &ticking{now: time.Now()}
	s := start(t, sandbox.Options{Clock: clock.Now, Variant: sandbox.Variant{MinIsSince: true}})
	c := newClient(t, s.URL())
	_, cursor, err := c.Events(t.Context(), "")
	must(t, err)
	ann := s.Person("ann@far.example")
	const many = gapPages*pageSize + 300
	for i := range many {
		ann.Say(fmt.Sprint("number ", i), brand)
	}
	clock.add(time.Hour) // so that nothing is read once more
	got := map[string]int{}
	for range 8 {
		events, next, err := c.Events(t.Context(), cursor)
		must(t, err)
		for _, e := range events {
			got[e.Mention.Item]++
		}
		if cursor == next && len(events) == 0 {
			break
		}
		cursor, c = next, newClient(t, s.URL())
	}
	if len(got) != many {
		t.Errorf("%d of %d were heard", len(got), many)
	}
	ann.Say("the last", brand)
	events, _, err := c.Events(t.Context(), cursor)
	must(t, err)
	if len(events) != 1 {
		t.Errorf("then %d are heard", len(events))
	}
}

// One answer that a proxy spoils does not make quotes unheard.
func TestQuotesAfterAStrayRefusal(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	c := newClient(t, s.URL())
	_, cursor, err := c.Events(t.Context(), "")
	must(t, err)
	for range 2 {
		s.Fail(sandbox.Fault{Method: http.MethodGet, PathPrefix: "/api/v1/notifications",
			What: sandbox.Answer(404, `{"error":"Record not found"}`, nil)})
	}
	_, _, err = c.Events(t.Context(), cursor)
	if err == nil {
		t.Error("it was refused, with and without quotes")
	}
	if c.noQuotes.Load() != 0 {
		t.Error("the server is taken not to know quotes")
	}
}
