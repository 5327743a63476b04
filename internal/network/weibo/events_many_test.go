package weibo

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"magpie/internal/network"
	"magpie/internal/network/weibo/weibofake"
)

// By turns: one call at a time where nothing has come.
func TestTurns(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{})
	r := d.listen()
	var paths []string
	before := len(d.s.Requests())
	for range 6 {
		r.poll()
	}
	for _, x := range d.s.Requests()[before:] {
		paths = append(paths, x.Path)
	}
	if want := []string{named, commented, inComment, named, commented, inComment}; !slices.Equal(paths, want) {
		t.Errorf("read %v, want %v", paths, want)
	}
}

// A program that is started often hears comments too.
func TestTurnsOutliveAStart(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{})
	post := d.share("Sale")
	r := d.listen()
	d.s.Person("bob").Comment(post, "how much?")
	for range 3 {
		d.again()
		r.poll()
	}
	if len(r.all) != 1 {
		t.Errorf("%d events after three starts with a poll each: the comments never have their turn", len(r.all))
	}
}

// More than a page at once: nothing is lost, nothing comes twice, the oldest first.
func TestManyEvents(t *testing.T) {
	t.Parallel()
	for _, n := range []int{199, 200, 201, 450} {
		d := begin(t, weibofake.Options{Quota: -1})
		post, bob := d.share("Sale"), d.s.Person("bob")
		r := d.listen()
		var first, second []string
		for i := range n {
			first = append(first, "https://weibo.com/"+bob.ID+"/"+bob.Mention(d.a, fmt.Sprint("number ", i)))
			second = append(second, "comment:"+bob.Comment(post, fmt.Sprint("number ", i)))
		}
		r.polls()
		if got := r.items(); !slices.Equal(got, slices.Concat(first, second)) {
			t.Errorf("%d of each: got %d", n, len(got))
		}
	}
}

// The cursor goes on only when all was read; the next poll brings what failed.
func TestEventsFail(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{Quota: -1})
	bob := d.s.Person("bob")
	r := d.listen()
	for i := range 250 {
		bob.Mention(d.a, fmt.Sprint("number ", i))
	}
	for _, rule := range []weibofake.Rule{{Code: 10023}, {Drop: true}, {Skip: 1, Drop: true}, {Skip: 1, Body: `{"statuses":17}`},
		{Body: "<html>"}, {Skip: 1, Status: http.StatusBadGateway, Body: "<html>"}} {
		rule.Path = named
		d.s.Fail(rule)
		for range 3 { // until it is the list's turn
			events, next, err := d.c.Events(t.Context(), r.cursor)
			if err != nil {
				d.fails(err, network.Busy)
				if next != r.cursor || len(events) != 0 {
					t.Errorf("%+v: the cursor went on", rule)
				}
			}
		}
		d.s.Heal()
	}
	r.polls()
	if len(r.all) != 250 {
		t.Errorf("%d of 250 came", len(r.all))
	}
}
