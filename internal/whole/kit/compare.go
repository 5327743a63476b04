package kit

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"magpie/internal/sandbox"
)

// Expected is what has to be there in the end, each exactly once.
type Expected struct {
	Steps    []string         // public posts
	Answered []sandbox.Status // what people said
	Codes    []string         // people who have one code
}

// Check compares the network with the database and both with what is expected.
func (s *Shop) Check(want Expected, accounts ...string) {
	s.T.Helper()
	if d := Differences(s.Timeline(accounts...), s.Ledger(), want, time.Now()); len(d) > 0 {
		s.T.Errorf("%s\n\n%s", strings.Join(d, "\n"), s.Outbox())
	}
}

// Differences are the ways in which network, outbox, coupons and inbox do not
// agree, or are not what is expected.
func Differences(net []sandbox.Status, l Ledger, want Expected, now time.Time) (out []string) {
	c := comparison{net: net, Ledger: l}
	c.doubles()
	c.outbox(now)
	c.expected(want)
	c.coupons(want.Codes)
	return c.out
}

type comparison struct {
	net []sandbox.Status
	Ledger
	out []string
}

func (c *comparison) say(format string, args ...any) {
	c.out = append(c.out, fmt.Sprintf(format, args...))
}

// doubles are posts that a reader would see twice.
func (c *comparison) doubles() {
	seen := map[string]bool{}
	for _, x := range c.net {
		key := strings.Join([]string{x.Account, x.Visibility, x.InReplyTo, x.Text}, "|")
		if seen[key] {
			c.say("the network has it twice: %s", key)
		}
		seen[key] = true
	}
}

// outbox compares what is out with what was written down.
func (c *comparison) outbox(now time.Time) {
	rows := map[string]int{}
	for _, p := range c.Posts {
		if p["remote_id"] != "" {
			rows[p["account"]+" "+p["remote_id"]]++
		}
		due := p["slot_at"] < fmt.Sprint(now.UnixMilli())
		if s := p["state"]; s != "sent" && s != "expanded" && (s != "planned" || due) {
			c.say("a post of %s/%s is %s (%s)", p["campaign"], p["step"], s, p["reason"])
		}
	}
	for _, x := range c.net {
		if n := rows[x.Account+" "+x.ID]; n != 1 {
			c.say("%d rows of the outbox know of this post on the network: %s %q", n, x.Account, x.Text)
		}
		delete(rows, x.Account+" "+x.ID)
	}
	for id := range rows {
		c.say("the outbox calls this sent, and the network does not have it: %s", id)
	}
}

func (c *comparison) expected(want Expected) {
	for _, step := range want.Steps {
		if n := Count(c.Posts, func(p Row) bool { return p["step"] == step && p["state"] == "sent" }); n != 1 {
			c.say("%d posts of the step %s are sent, not 1", n, step)
		}
	}
	for _, m := range want.Answered {
		if n := Count(c.net, func(x sandbox.Status) bool { return x.InReplyTo == m.ID }); n != 1 {
			c.say("%q of %s has %d answers, not 1", m.Text, m.Account, n)
		}
		if n := Count(c.Mentions, func(r Row) bool { return r["item"] == m.URI && r["state"] == "answered" }); n != 1 {
			c.say("%q of %s is answered in %d rows of the inbox, not 1", m.Text, m.Account, n)
		}
	}
	for _, m := range c.Mentions {
		if m["state"] == "new" {
			c.say("the mention %q waits for ever", m["text"])
		}
	}
}

var CodeRule = regexp.MustCompile(`\b[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\b`)

// coupons compares the codes that people have seen with those that count as
// delivered.
func (c *comparison) coupons(people []string) {
	readers, has := map[string][]string{}, map[string][]string{}
	for _, x := range c.net {
		for _, code := range slices.Compact(CodeRule.FindAllString(x.Text, -1)) {
			if x.Visibility != "direct" {
				c.say("the code %s is shown to everybody: %q", code, x.Text)
			}
			for _, who := range x.Mentions {
				if !slices.Contains(readers[code], who) {
					readers[code] = append(readers[code], who)
					has[who] = append(has[who], code)
				}
			}
		}
	}
	for code, who := range readers {
		if len(who) != 1 {
			c.say("the code %s was shown to %v", code, who)
		}
	}
	for _, who := range people {
		if len(has[who]) != 1 {
			c.say("%s has the codes %v, not 1", who, has[who])
		}
	}
	if len(has) != len(people) {
		c.say("%d people have codes, %d asked for one", len(has), len(people))
	}
	for _, k := range c.Ledger.Coupons {
		switch _, out := readers[k["code"]]; {
		case k["state"] == "reserved":
			c.say("the coupon %s is reserved for ever", k["code"])
		case out != (k["state"] == "delivered"):
			c.say("the coupon %s is %s, and on the network: %v", k["code"], k["state"], out)
		}
		delete(readers, k["code"])
	}
	for code := range readers {
		c.say("no coupon is known with the code %s that is on the network", code)
	}
}

func Count[T any](all []T, is func(T) bool) (n int) {
	for _, x := range all {
		if is(x) {
			n++
		}
	}
	return n
}
