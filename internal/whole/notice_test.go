package whole_test

import (
	"strings"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

// The comparison has to notice what it is for.
func TestComparisonNotices(t *testing.T) {
	good := sandbox.Status{ID: "1", Account: "shop", Text: "hello ABCD-EFGH-JKLM", Visibility: "direct", Mentions: []string{"ann"},
		InReplyTo: "9"}
	m := sandbox.Status{ID: "9", URI: "u9", Account: "ann", Text: "deal"}
	l := func() ledger {
		return ledger{posts: []row{{"account": "shop", "remote_id": "1", "state": "sent", "step": "claim", "slot_at": "1"}},
			coupons:  []row{{"code": "ABCD-EFGH-JKLM", "state": "delivered"}},
			mentions: []row{{"item": "u9", "state": "answered"}}}
	}
	want := expected{steps: []string{"claim"}, answered: []sandbox.Status{m}, codes: []string{"ann"}}
	if d := differences([]sandbox.Status{good}, l(), want, time.Now()); len(d) > 0 {
		t.Fatalf("nothing is wrong, and it says: %q", d)
	}
	twice, other, open := good, good, good
	twice.ID, other.ID, other.Mentions, open.Visibility = "2", "3", []string{"bob"}, "public"
	other.InReplyTo, other.Text = "", "hello bob ABCD-EFGH-JKLM"
	state := func(table func(*ledger) []row, s string) func(*ledger) {
		return func(l *ledger) { table(l)[0]["state"] = s }
	}
	posts, coupons, mentions := func(l *ledger) []row { return l.posts }, func(l *ledger) []row { return l.coupons },
		func(l *ledger) []row { return l.mentions }
	for name, c := range map[string]struct {
		net    []sandbox.Status
		change func(*ledger)
		says   string
	}{
		"a double post":      {[]sandbox.Status{good, twice}, nil, "has it twice"},
		"a post unrecorded":  {[]sandbox.Status{good, twice}, nil, "0 rows of the outbox"},
		"a lost post":        {nil, nil, "the network does not have it"},
		"a code for two":     {[]sandbox.Status{good, other}, nil, "was shown to [ann bob]"},
		"a code in public":   {[]sandbox.Status{open}, nil, "shown to everybody"},
		"a stuck post":       {[]sandbox.Status{good}, state(posts, "in doubt"), "is in doubt"},
		"a coupon reserved":  {[]sandbox.Status{good}, state(coupons, "reserved"), "reserved for ever"},
		"a coupon free":      {[]sandbox.Status{good}, state(coupons, "free"), "is free, and on the network"},
		"a coupon forgotten": {[]sandbox.Status{good}, func(l *ledger) { l.coupons = nil }, "no coupon is known"},
		"a mention waiting":  {[]sandbox.Status{good}, state(mentions, "new"), "waits for ever"},
		"a mention twice":    {[]sandbox.Status{good}, func(l *ledger) { l.mentions = append(l.mentions, l.mentions[0]) }, "answered in 2 rows"},
		"a slot left out":    {[]sandbox.Status{good}, state(posts, "planned"), "0 posts of the step claim"},
	} {
		book := l()
		if c.change != nil {
			c.change(&book)
		}
		if d := strings.Join(differences(c.net, book, want, time.Now()), "\n"); !strings.Contains(d, c.says) {
			t.Errorf("%s is not noticed; it says: %s", name, d)
		}
	}
}
