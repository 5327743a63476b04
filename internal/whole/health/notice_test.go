package health_test

import (
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// The comparison has to notice what it is for.
func TestComparisonNotices(t *testing.T) {
	good := sandbox.Status{ID: "1", Account: "shop", Text: "hello ABCD-EFGH-JKLM", Visibility: "direct", Mentions: []string{"ann"},
		InReplyTo: "9"}
	m := sandbox.Status{ID: "9", URI: "u9", Account: "ann", Text: "deal"}
	l := func() kit.Ledger {
		return kit.Ledger{Posts: []kit.Row{{"account": "shop", "remote_id": "1", "state": "sent", "step": "claim", "slot_at": "1"}},
			Coupons:  []kit.Row{{"code": "ABCD-EFGH-JKLM", "state": "delivered"}},
			Mentions: []kit.Row{{"item": "u9", "state": "answered"}}}
	}
	want := kit.Expected{Steps: []string{"claim"}, Answered: []sandbox.Status{m}, Codes: []string{"ann"}}
	if d := kit.Differences([]sandbox.Status{good}, l(), want, time.Now()); len(d) > 0 {
		t.Fatalf("nothing is wrong, and it says: %q", d)
	}
	twice, other, open := good, good, good
	twice.ID, other.ID, other.Mentions, open.Visibility = "2", "3", []string{"bob"}, "public"
	other.InReplyTo, other.Text = "", "hello bob ABCD-EFGH-JKLM"
	state := func(table func(*kit.Ledger) []kit.Row, s string) func(*kit.Ledger) {
		return func(l *kit.Ledger) { table(l)[0]["state"] = s }
	}
	posts, coupons, mentions := func(l *kit.Ledger) []kit.Row { return l.Posts }, func(l *kit.Ledger) []kit.Row { return l.Coupons },
		func(l *kit.Ledger) []kit.Row { return l.Mentions }
	for name, c := range map[string]struct {
		net    []sandbox.Status
		change func(*kit.Ledger)
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
		"a coupon forgotten": {[]sandbox.Status{good}, func(l *kit.Ledger) { l.Coupons = nil }, "no coupon is known"},
		"a mention waiting":  {[]sandbox.Status{good}, state(mentions, "new"), "waits for ever"},
		"a mention twice":    {[]sandbox.Status{good}, func(l *kit.Ledger) { l.Mentions = append(l.Mentions, l.Mentions[0]) }, "answered in 2 rows"},
		"a slot left out":    {[]sandbox.Status{good}, state(posts, "planned"), "0 posts of the step claim"},
	} {
		book := l()
		if c.change != nil {
			c.change(&book)
		}
		if d := strings.Join(kit.Differences(c.net, book, want, time.Now()), "\n"); !strings.Contains(d, c.says) {
			t.Errorf("%s is not noticed; it says: %s", name, d)
		}
	}
}
