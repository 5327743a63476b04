package weibo

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"magpie/internal/network"
	"magpie/internal/network/weibo/weibofake"
)

// A list that is closed to the app is left out; the others are read.
func TestClosedListIsSkipped(t *testing.T) {
	t.Parallel()
	for _, closed := range [][]string{{named}, {commented}, {inComment}, {named, inComment}, {named, commented, inComment}} {
		d := begin(t, weibofake.Options{Closed: closed})
		post, bob := d.share("Sale"), d.s.Person("bob")
		_, cursor, err := d.c.Events(t.Context(), "")
		if network.ReasonOf(err) != network.Partly || strings.Count(err.Error(), ",") != len(closed)-1 { // never in silence
			t.Errorf("%v closed: %v (%s)", closed, err, network.ReasonOf(err))
			continue
		}
		r := &reader{desk: d, cursor: cursor}
		var want []string
		if m := bob.Mention(d.a, "hello"); !slices.Contains(closed, named) {
			want = append(want, "https://weibo.com/"+bob.ID+"/"+m)
		}
		if c := bob.Comment(post, "how much?"); !slices.Contains(closed, commented) {
			want = append(want, "comment:"+c)
		}
		r.polls()
		if got := r.items(); !slices.Equal(got, want) {
			t.Errorf("%v closed: got %v, want %v", closed, got, want)
		}
	}
}

// A restart in the middle: our own words are no mentions, and it is known whom
// the others name.
func TestOwnOnesAfterARestart(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{})
	r := d.listen()
	user := func(id, name string) string { return `"user":{"idstr":"` + id + `","screen_name":"` + name + `"}` }
	said := `"created_at":"Sat Nov 21 18:00:00 +0800 2026","text":"x"`
	ours, theirs := user(d.a.ID, brand), user("7", "bob")
	comments := `{"comments":[{"idstr":"5000000000000902",` + said + `,` + theirs + `,"status":{"idstr":"5",` + ours + `}},{"idstr":"5000000000000901",` + said + `,` + ours + `,"status":{"idstr":"5",` + ours + `}}]}`
	d.s.Fail(weibofake.Rule{Path: named, Body: `{"statuses":[{"idstr":"5000000000000904",` + said + `,` + theirs + `},{"idstr":"5000000000000903",` + said + `,` + ours + `}]}`})
	d.s.Fail(weibofake.Rule{Path: commented, Body: comments})
	d.again()
	r.polls()
	if got, want := r.items(), []string{"https://weibo.com/7/5000000000000904", "comment:5000000000000902"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, m := range r.all {
		if !slices.Equal(m.Names, []string{d.a.ID}) {
			t.Errorf("%s names %v, want %s", m.Item, m.Names, d.a.ID)
		}
	}
}

// A list that can't be read now does not keep the others from being read; where none
// can, nothing is begun.
func TestStartWithoutOneList(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{})
	d.s.Fail(weibofake.Rule{Path: named, Code: 10001})
	_, cursor, err := d.c.Events(t.Context(), "")
	d.must(err)
	d.s.Fail(weibofake.Rule{Path: named, Code: 10001, Times: -1})
	c := d.s.Person("bob").Comment(d.share("Sale"), "how much?")
	r := &reader{desk: d, cursor: cursor}
	if r.polls(); !slices.Contains(r.items(), "comment:"+c) {
		t.Errorf("heard are %q", r.items())
	}
	d.s.Fail(weibofake.Rule{Path: commented, Code: 10001, Times: -1})
	d.s.Fail(weibofake.Rule{Path: inComment, Code: 10001, Times: -1})
	_, cursor, err = d.c.Events(t.Context(), "")
	d.fails(err, network.Busy, "10001")
	if cursor != "" {
		t.Errorf("cursor %q", cursor)
	}
}

// between does something after the first answer with that path.
type between struct {
	path string
	do   func()
}

func (b *between) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r)
	if b.do != nil && r.URL.Path == b.path {
		b.do()
		b.do = nil
	}
	return resp, err
}

// While one page is read and the next is not yet, something is deleted, or
// something new comes: nothing is lost.
func TestDeletedBetweenPages(t *testing.T) {
	t.Parallel()
	b := &between{path: commented}
	d := begin(t, weibofake.Options{Quota: -1}, func(s *network.Settings) { s.HTTP = &http.Client{Transport: b} })
	post, bob := d.share("Sale"), d.s.Person("bob")
	r := d.listen()
	var want []string
	for i := range 300 {
		want = append(want, "comment:"+bob.Comment(post, fmt.Sprint("number ", i)))
	}
	last := want[299][len("comment:"):]
	b.do = func() { d.must(d.c.Delete(t.Context(), commentID(post, last))) } // a spammer's, by hand
	r.polls()
	got := r.items()
	for _, x := range want {
		if !slices.Contains(got, x) {
			t.Errorf("%s is lost", x)
		}
	}
	b.do = func() { want = append(want, "comment:"+bob.Comment(post, "while it is read")) }
	for i := range 250 {
		want = append(want, "comment:"+bob.Comment(post, fmt.Sprint("again ", i)))
	}
	r.polls()
	if got := r.items(); len(got) < len(want) || !slices.Contains(got, want[len(want)-1]) {
		t.Errorf("%d of %d came", len(got), len(want))
	}
}

// The newest mention is one that Weibo does not show us: the past stays past.
func TestNewestIsHidden(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{})
	bob := d.s.Person("bob")
	for i := range 5 {
		bob.Mention(d.a, fmt.Sprint("long ago ", i))
	}
	for _, path := range []string{named, commented, inComment} { // a page of one, of which one is hidden
		d.s.Fail(weibofake.Rule{Path: path, Body: `{"statuses":[],"comments":[],"hasvisible":true,"next_cursor":5000000000000001,"total_number":500}`})
	}
	_, cursor, err := d.c.Events(t.Context(), "")
	if err != nil {
		d.fails(err, network.Busy)
		d.s.Heal()
		_, cursor, err = d.c.Events(t.Context(), "")
		d.must(err)
	}
	r := &reader{desk: d, cursor: cursor}
	r.polls()
	if len(r.all) != 0 {
		t.Errorf("%d mentions of long ago are new", len(r.all))
	}
}

// All that there is is hidden, for example because its authors are gone: there
// is nothing, and what comes now is new.
func TestNothingIsShown(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{})
	for _, path := range []string{named, commented, inComment} {
		d.s.Fail(weibofake.Rule{Path: path, Body: `{"statuses":[],"comments":[],"hasvisible":true,"next_cursor":0,"total_number":3}`})
	}
	_, cursor, err := d.c.Events(t.Context(), "")
	d.must(err)
	r := &reader{desk: d, cursor: cursor}
	d.s.Person("bob").Mention(d.a, "hello")
	if r.polls(); len(r.all) != 1 {
		t.Errorf("%d mentions, want the new one", len(r.all))
	}
}
