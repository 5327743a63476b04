package x

import (
	"fmt"
	"slices"
	"testing"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

// drained reads until nothing comes any more, as the bot does.
func (r *rig) drained(cursor string) (all []network.Event, next string) {
	r.Helper()
	for range 50 {
		some, next := r.events(cursor)
		if cursor = next; len(some) == 0 {
			return all, next
		}
		all = append(all, some...)
	}
	r.Fatal("no end")
	return nil, ""
}

func texts(events []network.Event) (all []string) {
	for _, e := range events {
		if e.Mention != nil {
			all = append(all, e.Mention.Text)
		}
	}
	return all
}

// The first reading begins at the present: nothing that was written before comes.
func TestFromNowOn(t *testing.T) {
	t.Parallel()
	for old := range 8 {
		r := boundless(t)
		ann := r.s.Person("ann")
		for i := range old {
			ann.Say(fmt.Sprint("@brand old ", i))
			ann.Message("brand", fmt.Sprint("old ", i))
		}
		all, cursor := r.events("")
		if len(all) != 0 || cursor == "" {
			t.Errorf("%d old ones: %q, cursor %q", old, texts(all), cursor)
		}
		ann.Say("@brand new")
		ann.Message("brand", "psst")
		if all, _ = r.drained(cursor); !slices.Equal(texts(all), []string{"@brand new", "psst"}) {
			t.Errorf("%d old ones: %q", old, texts(all))
		}
	}
}

// Hundreds of mentions come in order, none twice, none of ours, over gaps in the ids.
func TestManyMentions(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	ann := r.s.Person("ann")
	_, cursor := r.events("")
	var want []string
	for i := range 250 {
		want = append(want, fmt.Sprint("@brand ", i))
		id := ann.Say(want[i])
		switch {
		case i%50 == 0:
			r.publish(network.Draft{Text: fmt.Sprint("@brand talks to itself ", i)})
		case i%7 == 0:
			ann.Delete(id)
			want[i] = ""
		}
	}
	want = slices.DeleteFunc(want, func(s string) bool { return s == "" })
	all, next := r.events(cursor)
	if !slices.Equal(texts(all), want) {
		t.Errorf("%d of %d, %q", len(all), len(want), texts(all)[:min(len(all), 5)])
	}
	if all, again := r.events(next); len(all) != 0 || again != next {
		t.Errorf("%d again, from %q on", len(all), again)
	}
}

// X shows the last 800 only: what is older is lost to everybody, the rest comes.
func TestTooManyMentions(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	ann := r.s.Person("ann")
	_, cursor := r.events("")
	for i := range 830 {
		ann.Say(fmt.Sprint("@brand ", i))
	}
	all, next := r.events(cursor)
	if !r.partly || len(all) != 800 || texts(all)[0] != "@brand 30" || texts(all)[799] != "@brand 829" {
		t.Errorf("%d", len(all))
	}
	ann.Say("@brand more")
	if all, _ = r.drained(next); !slices.Equal(texts(all), []string{"@brand more"}) {
		t.Errorf("%q", texts(all))
	}
}

// A reading that breaks off in the middle hands over what has been paid for, and goes
// on with the rest.
func TestReadingBreaksOff(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	ann := r.s.Person("ann")
	_, cursor := r.events("")
	for i := range 250 {
		ann.Say(fmt.Sprint("@brand ", i))
	}
	r.s.Fail(xfake.Rule{Path: "/2/users/" + r.s.ID("brand") + "/mentions", After: 1, Times: 2, Status: 503})
	some, next := r.events(cursor)
	if len(some) != 100 || texts(some)[99] != "@brand 249" {
		t.Errorf("%d", len(some))
	}
	if _, same, err := r.c.Events(t.Context(), next); network.ReasonOf(err) != network.Busy || same != next {
		t.Errorf("%q, %v", same, err)
	}
	rest, next := r.drained(next)
	if len(rest) != 150 || texts(rest)[0] != "@brand 0" || texts(rest)[149] != "@brand 149" {
		t.Errorf("%d", len(rest))
	}
	ann.Say("@brand more")
	if rest, _ = r.drained(next); !slices.Equal(texts(rest), []string{"@brand more"}) {
		t.Errorf("%q", texts(rest))
	}
}
