package weibo

import (
	"fmt"
	"net/http"
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
		r.must(err)
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
		if m.Author.ID != bob.ID || m.Author.Handle != "bob" || m.Direct || !slices.Equal(m.Names, []string{self.ID}) || m.At.IsZero() || m.Language != "zh" {
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
	for _, rule := range []weibofake.Rule{{Code: 10023}, {Drop: true}, {Skip: 1, Drop: true}, {Skip: 1, Body: `{"statuses":17}`}, {Body: "<html>"}, {Skip: 1, Status: http.StatusBadGateway, Body: "<html>"}} {
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
