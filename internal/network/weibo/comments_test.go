package weibo

import (
	"fmt"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/weibo/weibofake"
)

// reply is an answer to a post, or to a comment below it.
func reply(post, comment, text string) network.Draft {
	return network.Draft{Text: text, ReplyTo: ref{Status: post, Comment: comment, From: "2000000001"}.String()}
}

// Answers to a post and to a comment stand where they belong, with the address
// of whoever writes, and are found by that.
func TestComments(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{Trailing: " \u200b"})
	post, bob := d.share("Sale"), d.s.Person("bob")
	one, two := bob.Comment(post, "how much?"), bob.Comment(post, "and now?")
	text := "See " + shop + " 🍊"
	want := map[string]network.Draft{"": reply(post, "", text), one: reply(post, one, text), two: reply(post, two, text)}
	since := time.Now().Add(-time.Minute)
	for _, x := range want {
		if got, found := d.find(x, since, none); found {
			t.Errorf("found %s, which was never sent", got)
		}
	}
	d.answersOnly(post, "", one, two)
	ids := map[string]string{}
	for to, x := range want {
		ids[to] = d.publish(x).ID
	}
	for _, x := range d.a.Comments() {
		if x.On != post || x.Text != text || x.Rip != ip || ids[x.ReplyTo] != commentID(post, x.ID) {
			t.Errorf("got %+v", x)
		}
	}
	for to, x := range want {
		if got, found := d.find(x, since, none); !found || got != ids[to] {
			t.Errorf("to %q: found %v, %q, want %q", to, found, got, ids[to])
		}
		if got, found := d.find(x, since, func(id string) bool { return id == ids[to] }); found {
			t.Errorf("to %q: found %q, which is another's", to, got)
		}
		if got, found := d.find(x, time.Now().Add(time.Minute), none); found {
			t.Errorf("to %q: found %q, which is older", to, got)
		}
	}
}

// answersOnly: none of these is answered yet.
func (d *desk) answersOnly(post string, comments ...string) {
	d.Helper()
	for _, x := range comments {
		if d.answeredAlready(post, x, nil) {
			d.Errorf("%q is answered", x)
		}
	}
}

func (d *desk) answeredAlready(post, comment string, ours func(string) bool) bool {
	d.Helper()
	yes, err := d.c.Answered(d.Context(), ref{Status: post, Comment: comment}.String(), ours)
	d.must(err)
	return yes
}

// The brand answers by hand, in the app: Weibo puts 回复@bob: before that.
func TestAnswered(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{})
	post, bob, us := d.share("Sale"), d.s.Person("bob"), d.s.Person(brand)
	one, two := bob.Comment(post, "how much?"), bob.Comment(post, "and now?")
	d.s.Person("eve").Reply(one, "a lot")
	d.answersOnly(post, one, two, "")
	hand := us.Reply(one, "10 元")
	if !d.answeredAlready(post, one, nil) || d.answeredAlready(post, one, func(id string) bool { return id == commentID(post, hand) }) {
		t.Error("an answer by hand is none, or one of ours is one by hand")
	}
	d.answersOnly(post, two, "")
	us.Comment(post, "Good morning")
	if !d.answeredAlready(post, "", nil) {
		t.Error("a comment below the post is no answer to it")
	}
	d.answersOnly(post, two)
	_, err := d.c.Answered(t.Context(), ref{Status: "4999"}.String(), nil)
	d.fails(err, network.Refused, "20101")
	if yes, err := d.c.Answered(t.Context(), ref{Direct: "1", From: bob.ID}.String(), nil); yes || err != nil {
		t.Errorf("private: %v, %v", yes, err)
	}
}

// An answer found by Find although Weibo put the name before it, as it did for
// those that were sent without without_mention.
func TestFindAnswerWithName(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{})
	post, bob := d.share("Sale"), d.s.Person("bob")
	one := bob.Comment(post, "how much?")
	id := d.s.Person(brand).Reply(one, "10 元 "+shop)
	got, found := d.find(reply(post, one, "10 元 "+shop), time.Now().Add(-time.Minute), none)
	if !found || got != commentID(post, id) {
		t.Errorf("got %q, %v", got, found)
	}
}

// A post with very many comments costs no more than one with few: what answers
// a comment is newer than it.
func TestAnsweredIsCheap(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{Quota: -1})
	post, bob := d.share("Sale"), d.s.Person("bob")
	for i := range 1000 {
		bob.Comment(post, fmt.Sprint("number ", i))
	}
	last := bob.Comment(post, "the last")
	_, err := d.c.Verify(t.Context())
	d.must(err)
	d.spent.taken()
	if d.answeredAlready(post, last, nil); len(d.spent.all) > 1 {
		t.Errorf("%d calls to see whether the last of 1,000 comments is answered, want 1", len(d.spent.all))
	}
}

// Very many go on talking after the brand's answer by hand.
func TestAnsweredInAHotThread(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{Quota: -1})
	post, bob := d.share("Sale"), d.s.Person("bob")
	one := bob.Comment(post, "how much?")
	d.s.Person(brand).Reply(one, "10 元")
	for i := range 350 {
		bob.Comment(post, fmt.Sprint("number ", i))
	}
	if !d.answeredAlready(post, one, nil) {
		t.Error("the answer by hand is not seen")
	}
}

// Comments and posts that are gone, or that may not be answered.
func TestCommentIsRefused(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{})
	post, bob := d.share("Sale"), d.s.Person("bob")
	one := bob.Comment(post, "how much?")
	d.must(d.c.Delete(t.Context(), commentID(post, one)))
	for code, x := range map[string]network.Draft{"20201": reply(post, one, "yes"), "20101": reply("4999", "", "yes")} {
		_, err := d.c.Publish(t.Context(), d.seal(x))
		d.fails(err, network.Refused, code)
	}
	_, err := d.c.Prepare(t.Context(), network.Draft{Text: "yes", ReplyTo: "no ref"})
	d.fails(err, network.Refused)
}

// Among too many comments it can't be seen whether somebody has answered: that is no answer.
func TestTooManyCommentsToTell(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{Quota: -1})
	post, bob := d.share("Sale"), d.s.Person("bob")
	one := bob.Comment(post, "my kettle is on fire")
	for i := range 700 {
		bob.Comment(post, fmt.Sprint("number ", i))
	}
	yes, err := d.c.Answered(t.Context(), ref{Status: post, Comment: one}.String(), nil)
	if yes || network.ReasonOf(err) != network.Unproven {
		t.Errorf("%v, %v", yes, err)
	}
}
