package weibo

import (
	"slices"
	"strings"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/weibo/weibofake"
)

// Every call is taken from the meter before it is made, for what it is for.
func TestPurposes(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{Quota: -1})
	bob := d.s.Person("bob")
	bob.Message(d.a, "hello")
	_, err := d.c.Verify(t.Context())
	d.must(err)
	post := d.share("Sale")
	comment := bob.Comment(post, "how much?")
	var cursor string
	answer, posts, numbers := network.ForAnswers, network.ForPosts, network.ForNumbers
	for _, x := range []struct {
		name string
		want []network.Purpose
		do   func() error
	}{
		{"verify", []network.Purpose{answer}, func() error { _, err := d.c.Verify(t.Context()); return err }},
		{"limits", nil, func() error { _, err := d.c.Limits(t.Context()); return err }},
		{"post", []network.Purpose{posts}, func() error { d.share("More"); return nil }},
		{"comment", []network.Purpose{answer}, func() error { d.publish(reply(post, "", "see")); return nil }},
		{"answer", []network.Purpose{answer}, func() error { d.publish(reply(post, comment, "see")); return nil }},
		{"message", []network.Purpose{answer}, func() error {
			d.publish(network.Draft{Text: "yes", Direct: true, To: &network.Person{ID: bob.ID}})
			return nil
		}},
		{"answered", []network.Purpose{answer}, func() error {
			_, err := d.c.Answered(t.Context(), ref{Status: post, Comment: comment}.String(), nil)
			return err
		}},
		{"events from now on", []network.Purpose{answer, answer, answer}, func() (err error) {
			_, cursor,
				err = d.c.Events(t.Context(), "")
			return err
		}},
		{"events", []network.Purpose{answer}, func() (err error) { _, cursor, err = d.c.Events(t.Context(), cursor); return err }},
		{"followers", []network.Purpose{numbers}, func() error { _, _, err := d.c.Followers(t.Context(), ""); return err }},
		{"delete", []network.Purpose{answer}, func() error { return d.c.Delete(t.Context(), post) }},
	} {
		d.spent.taken()
		before := d.metered()
		d.must(x.do())
		got := d.spent.taken()
		if !slices.Equal(got, x.want) || d.metered()-before != len(got) {
			t.Errorf("%s: taken for %v, want %v; %d calls were made", x.name, got, x.want, d.metered()-before)
		}
	}
}

// metered is how many calls of the API were made: those about the sign-in itself
// are not among the day's.
func (d *desk) metered() (n int) {
	for _, r := range d.s.Requests() {
		if !strings.HasPrefix(r.Path, "/oauth2/") {
			n++
		}
	}
	return n
}

// Nothing is asked of Weibo once the meter says no; its word is passed on.
func TestMeterSaysNo(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{})
	until := time.Now().Add(time.Hour)
	d.spent.over = &network.Failure{Reason: network.Busy, Ours: true, After: until, Err: errUsedUp}
	for what, call := range d.methods() {
		err := call()
		d.fails(err, network.Busy, "used up")
		if !network.IsOurs(err) || !network.RetryAt(err, time.Now(), 0).Equal(until) {
			t.Errorf("%s: %+v", what, err)
		}
	}
	if n := len(d.s.Requests()); n != 0 {
		t.Errorf("%d calls were made", n)
	}
}

// Private messages: only who has written is written to, within 48 hours.
func TestMessages(t *testing.T) {
	t.Parallel()
	for _, twice := range []bool{false, true} { // how Weibo decodes the data
		c := newClock()
		d := begin(t, weibofake.Options{Clock: c.now, DataTwice: twice})
		bob := d.s.Person("bob")
		text := `50% + "10" \ 元 & 1=2 🍊` + "\n" + shop + "?a=%20+b"
		s := d.seal(network.Draft{Text: text, Direct: true, To: &network.Person{ID: bob.ID, Handle: "bob"}})
		if s.Replay != network.Blind || s.Text != text {
			t.Errorf("sealed %+v", s)
		}
		_, err := d.c.Publish(t.Context(), s)
		d.fails(err, network.Refused, "20301")
		bob.Message(d.a, "hello")
		c.pass(48*time.Hour - time.Minute)
		r, err := d.c.Publish(t.Context(), s)
		d.must(err)
		if got := bob.Inbox(d.a); len(got) != 1 || got[0].Text != text || !got[0].Saved || r.ID != "" {
			t.Errorf("twice %v: got %+v, receipt %+v", twice, got, r)
		}
		_, found, err := d.c.Find(t.Context(), s, time.Time{}, none)
		if d.must(err); found {
			t.Error("found what Weibo does not show")
		}
		c.pass(time.Minute)
		_, err = d.c.Publish(t.Context(), s)
		d.fails(err, network.Refused, "20302")
		bob.Unfollow(d.a)
		_, err = d.c.Publish(t.Context(), s)
		d.fails(err, network.Refused, "20301")
	}
	d := begin(t, weibofake.Options{})
	_, err := d.c.Prepare(t.Context(), network.Draft{Text: "hello", Direct: true, To: &network.Person{Handle: "bob"}})
	d.fails(err, network.Refused, "Weibo id is not known")
}
