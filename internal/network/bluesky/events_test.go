package bluesky

import (
	"slices"
	"strings"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/bluesky/localnet"
	"magpie/internal/network/networktest"
)

const (
	listNotifications networktest.Call = "GET /xrpc/app.bsky.notification.listNotifications"
	getLog            networktest.Call = "GET /xrpc/chat.bsky.convo.getLog"
)

// reader reads the events of an account from its beginning on.
type reader struct {
	*behind
	t      *testing.T
	cursor string
	texts  []string
	posts  int
	items  []string
}

func newReader(t *testing.T) *reader {
	t.Helper()
	r := &reader{behind: newBehind(t), t: t}
	r.read()
	return r
}

func (r *reader) read() {
	r.t.Helper()
	events, next, err := r.Events(r.t.Context(), r.cursor)
	must(r.t, err)
	r.cursor = next
	for _, e := range events {
		if e.Mention != nil {
			r.texts = append(r.texts, e.Mention.Text)
			r.items = append(r.items, e.Mention.Item)
		}
	}
}

// until reads until a text has come.
func (r *reader) until(text string) {
	r.t.Helper()
	within(r.t, func() bool {
		r.read()
		return slices.ContainsFunc(r.texts, func(s string) bool { return strings.Contains(s, text) })
	})
}

func within(t *testing.T, done func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	late := time.After(30 * time.Second)
	for !done() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatal("it did not happen in time")
		}
	}
}

// record writes a post that names the account, with all that a stranger may
// put into it.
func (r *reader) named(by *localnet.Account, text string, more map[string]any) {
	r.t.Helper()
	handle := "@" + r.account.Handle
	x := map[string]any{"$type": posts, "text": handle + " " + text, "createdAt": time.Now().UTC().Format("2006-01-02T15:04:05.000Z"),
		"facets": []any{map[string]any{
			"index":    map[string]int{"byteStart": 0, "byteEnd": len(handle)},
			"features": []any{map[string]any{"$type": "app.bsky.richtext.facet#mention", "did": r.account.DID}},
		}}}
	for name, value := range more {
		x[name] = value
	}
	body := map[string]any{"repo": by.DID, "collection": posts, "record": x, "validate": false}
	must(r.t, by.Procedure(r.t.Context(), "com.atproto.repo.createRecord", body, nil))
}

// What overlaps between two looks is told once.
func TestOverlapIsToldOnce(t *testing.T) {
	t.Parallel()
	r, bob := newReader(t), newAccount(t)
	for _, text := range []string{"one", "two", "three"} {
		_, _, err := bob.Mention(t.Context(), r.account, text)
		must(t, err)
		r.until(text)
		r.read() // nothing new
		r.read()
	}
	if len(r.items) != 3 {
		t.Errorf("told %q, want three", r.texts)
	}
}

// The author's clock is slow, so the notification is filed among older ones.
func TestSlowClockIsNotMissed(t *testing.T) {
	t.Parallel()
	for name, age := range map[string]time.Duration{"a little": 20 * time.Second, "two minutes": 2 * time.Minute,
		"four minutes": 4 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, bob := newReader(t), newAccount(t)
			r.named(bob, "on time", nil)
			r.until("on time")
			r.named(bob, "late", map[string]any{"createdAt": time.Now().Add(-age).UTC().Format("2006-01-02T15:04:05.000Z")})
			r.until("late")
			if len(r.items) != 2 {
				t.Errorf("told %q", r.texts)
			}
		})
	}
}

// More than a page comes before the second look at an account that never had
// a notification.
func TestFirstPagesOfNewAccount(t *testing.T) {
	t.Parallel()
	r, bob := newReader(t), newAccount(t)
	for range 105 {
		r.named(bob, "again", nil)
	}
	r.named(bob, "last", nil)
	other := &reader{behind: r.behind, t: t, cursor: r.cursor} // waits, so that r starts behind
	other.until("last")
	r.read()
	if len(r.items) != 106 || !strings.Contains(r.texts[0], "again") || !strings.Contains(r.texts[105], "last") {
		t.Errorf("%d mentions at the first look, want 106", len(r.items))
	}
}

// Whatever strangers write, the mentions of others come through.
func TestStrangeRecordsStopNothing(t *testing.T) {
	t.Parallel()
	r, eve, bob := newReader(t), newAccount(t), newAccount(t)
	mention := func(more ...any) []any {
		return []any{map[string]any{"index": map[string]int{"byteStart": 0, "byteEnd": 5},
			"features": append([]any{map[string]any{"$type": "app.bsky.richtext.facet#mention", "did": r.account.DID}}, more...)}}
	}
	for _, more := range []map[string]any{
		{"facets": mention(map[string]any{"$type": "com.example.poll#vote", "did": 7, "uri": []string{"x"}, "tag": map[string]string{}})},
		{"embed": map[string]any{"$type": "com.example.embed", "images": "many"}},
		{"embed": map[string]any{"$type": "com.example.embed", "images": []any{map[string]any{"aspectRatio": "wide", "alt": 3}}}},
	} {
		r.named(eve, "strange", more)
	}
	r.named(bob, "hello", nil)
	r.until("hello")
	within(t, func() bool { r.read(); return len(r.texts) == 4 }) // eve's too
}

// An answer deep in a thread of ours, to somebody else, is not for us.
func TestAnswerToOthersIsNone(t *testing.T) {
	t.Parallel()
	r, bob, carol := newReader(t), newAccount(t), newAccount(t)
	receipt, err := r.Publish(t.Context(), r.sealed(t, network.Draft{Text: "our post"}))
	must(t, err)
	b, c := &person{Account: bob, w: &world{account: r.account}}, &person{Account: carol, w: &world{account: r.account}}
	top := b.Answer(t, receipt.ID, "to the account")
	r.until("to the account")
	deep := c.Answer(t, top, "to bob")
	deeper := b.Answer(t, deep, "to carol")
	must(t, local.WaitIndexed(t.Context(), bob, deeper))
	_, _, err = bob.Mention(t.Context(), r.account, "the end")
	must(t, err)
	r.until("the end")
	if len(r.items) != 2 || r.items[0] != top {
		t.Errorf("told %q, want only what is for us", r.texts)
	}
}

// Of one's own posts, and of likes, nothing is told.
func TestOtherNotificationsAreSkipped(t *testing.T) {
	t.Parallel()
	r, bob := newReader(t), newAccount(t)
	receipt, err := r.Publish(t.Context(), r.sealed(t, network.Draft{Text: "our post"}))
	must(t, err)
	must(t, local.WaitIndexed(t.Context(), bob, receipt.ID))
	post, _ := (&person{Account: bob}).strong(t, receipt.ID)
	for _, collection := range []string{"app.bsky.feed.like", "app.bsky.feed.repost"} {
		must(t, bob.Procedure(t.Context(), "com.atproto.repo.createRecord", map[string]any{"repo": bob.DID, "collection": collection,
			"record": map[string]any{"$type": collection, "subject": post, "createdAt": time.Now().UTC().Format(time.RFC3339)}}, nil))
	}
	_, _, err = bob.Mention(t.Context(), r.account, "the end")
	must(t, err)
	r.until("the end")
	if len(r.items) != 1 {
		t.Errorf("told %q", r.texts)
	}
	page, _, err := r.Events(t.Context(), r.cursor)
	must(t, err)
	if len(page) != 0 {
		t.Errorf("told again: %+v", page)
	}
}
