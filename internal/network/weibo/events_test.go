package weibo

import (
	"slices"
	"testing"

	"magpie/internal/network"
	"magpie/internal/network/weibo/weibofake"
)

// The three lists of what comes in.
const (
	named     = "/2/statuses/mentions.json"
	commented = "/2/comments/to_me.json"
	inComment = "/2/comments/mentions.json"
)

// reader reads events as the bot does.
type reader struct {
	*desk
	cursor string
	all    []network.Mention
}

// listen begins to read from now on.
func (d *desk) listen() *reader {
	d.Helper()
	events, cursor, err := d.c.Events(d.Context(), "")
	d.must(err)
	if len(events) != 0 || cursor == "" {
		d.Fatalf("from now on: %d events, cursor %q", len(events), cursor)
	}
	return &reader{desk: d, cursor: cursor}
}

// poll reads until there is nothing, as bot.Poll does; it returns how many came.
func (r *reader) poll() (n int) {
	r.Helper()
	for range 50 {
		events, next, err := r.c.Events(r.Context(), r.cursor)
		if network.ReasonOf(err) != network.Partly {
			r.must(err)
		}
		r.cursor = next
		for _, e := range events {
			r.all = append(r.all, *e.Mention)
		}
		if n += len(events); len(events) == 0 {
			return n
		}
	}
	r.Fatal("the events have no end")
	return 0
}

// polls are so many that each list has had its turn.
func (r *reader) polls() { r.poll(); r.poll(); r.poll() }

func (r *reader) items() (all []string) {
	for _, m := range r.all {
		all = append(all, m.Item)
	}
	return all
}

// What each list brings, with all that is known of it.
func TestEvents(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{})
	self, err := d.c.Verify(t.Context())
	d.must(err)
	bob := d.s.Person("bob")
	post := d.share("Sale")
	bob.Mention(d.a, "before")
	bob.Comment(post, "before")
	r := d.listen()
	mention := bob.Mention(d.a, "hello 🍊")
	below := bob.Comment(post, "how much?")
	answer := d.publish(reply(post, below, "10 元")).ID
	theirs := bob.Post("mine")
	elsewhere := bob.Comment(theirs, "see @"+brand+" too")
	back := bob.Reply(answer[len(post)+1:], "thank you")
	r.polls()
	got := map[string]network.Mention{}
	for _, m := range r.all {
		got[m.Item] = m
		if m.Author.ID != bob.ID || m.Author.Handle != "bob" || m.Direct || !slices.Equal(m.Names, []string{self.ID}) || m.At.IsZero() ||
			m.Language != "zh" {
			t.Errorf("got %+v", m)
		}
	}
	for item, want := range map[string]struct{ text, to, ref string }{
		"https://weibo.com/" + bob.ID + "/" + mention: {"@" + brand + " hello 🍊", "", mention},
		"comment:" + below:                            {"how much?", post, post + "/" + below},
		"comment:" + elsewhere:                        {"see @" + brand + " too", theirs, theirs + "/" + elsewhere},
		"comment:" + back:                             {"回复@" + brand + ":thank you", answer, post + "/" + back},
	} {
		m := got[item]
		if m.Text != want.text || m.ReplyTo != want.to || Kind().Item(m.Ref) != want.ref {
			t.Errorf("%s: got %+v, want %+v", item, m, want)
		}
		if x := reply("", "", "ok"); x.Text != "" {
			x.ReplyTo = m.Ref
			d.publish(x)
		}
	}
	if len(got) != 4 {
		t.Errorf("%d items: %v", len(got), r.items())
	}
	// The answer to ours stands in two lists: it is one item.
	if n := len(r.all); n != 5 {
		t.Errorf("%d events, want 5", n)
	}
}
