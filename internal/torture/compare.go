package main

import (
	"fmt"
	"slices"
	"strings"

	"magpie/internal/torture/place"
)

// evidence is all there is to compare at the end of a world.
type evidence struct {
	want   []*duty
	net    []place.Shown
	ledger ledger
	orders []*order // purchases in which codes were used
	plain  bool     // a look tells for certain whether a post is out
}

// comparison is the work on it.
type comparison struct {
	evidence
	tally
	copies map[*duty][]place.Shown
	extra  []place.Shown
	asked  map[string]bool // ids of posts that a person has to settle
}

// exact is what a row says that can be repeated for a day and never be out twice.
const exact = "exact"

// compare counts everything in which network, outbox, coupons and inbox do not
// agree with each other or with what was due.
func compare(e evidence) tally {
	c := comparison{evidence: e, asked: map[string]bool{}}
	c.copies, c.extra = assign(e.want, e.net, e.ledger)
	for _, p := range e.ledger.posts {
		if p["state"] != "asked" {
			continue
		}
		c.asked[p["id"]] = true
		if p["replay"] == exact {
			c.say(broken, "post %s is asked, on a network where it can be repeated: %s", p["id"], p["reason"])
		}
	}
	c.tally.asked = len(c.asked)
	c.duties()
	c.strangers()
	c.known()
	c.heard()
	c.codes()
	return c.tally
}

// duties looks whether each is out, once.
func (c *comparison) duties() {
	for _, d := range c.want {
		n := len(c.copies[d])
		if d.kind == chatter || d.maybe && n == 0 {
			continue
		}
		c.due++
		if n > 0 {
			c.out++
		}
		c.missing(d, n)
		c.overlooked(d, n)
		c.repeated(d)
	}
}

// missing counts a duty that is not out, unless a person was asked about it.
func (c *comparison) missing(d *duty, n int) {
	if n > 0 || slices.ContainsFunc(c.ledger.of(d), func(p row) bool { return c.asked[p["id"]] }) {
		return
	}
	why := "the outbox has no row of it"
	for _, p := range c.ledger.of(d) {
		why = fmt.Sprintf("post %s is %s: %s", p["id"], p["state"], p["reason"])
	}
	if d.answers() {
		c.say(unanswered, "%s of %s (%s): %s", d.kind, d.who, d.item, why)
		return
	}
	c.say(lost, "%s %s/%s for %q: %s", d.kind, d.campaign, d.step, d.who, why)
}

// overlooked counts a duty that is out and that a person was asked about, where a look would have told.
func (c *comparison) overlooked(d *duty, n int) {
	for _, p := range c.ledger.of(d) {
		if c.plain && n > 0 && c.asked[p["id"]] {
			c.say(broken, "post %s is out, and a person is asked: %s", p["id"], p["reason"])
		}
	}
}

// repeated counts what a reader sees twice. Two answers to one mention are
// counted as such, whatever they say; the same words twice are duplicates too.
func (c *comparison) repeated(d *duty) {
	seen := map[string]bool{}
	for i, x := range c.copies[d] {
		key := strings.Join([]string{x.Account, fmt.Sprint(x.Private), x.ReplyTo, codeRule.ReplaceAllString(x.Text, "CODE")}, "|")
		if seen[key] {
			c.say(duplicates, "%s for %q is out again as %s: %q", d.kind, d.who, x.ID, x.Text)
		}
		if i > 0 && d.answers() {
			c.say(answeredTwice, "%s of %s (%s) is answered again by %s: %q", d.kind, d.who, d.item, x.ID, x.Text)
		}
		if i > 0 && !d.answers() && !seen[key] {
			c.say(duplicates, "%s for %q is out again, in other words, as %s: %q", d.kind, d.who, x.ID, x.Text)
		}
		seen[key] = true
	}
}

// strangers are posts that nobody ordered: a mailing to a person who had said
// stop, an answer that goes to the desk, an answer in wrong words.
func (c *comparison) strangers() {
	for _, x := range c.extra {
		c.say(duplicates, "nobody ordered %s on %s, answering %q: %q", x.ID, x.Account, x.ReplyTo, x.Text)
	}
}

// known looks whether the outbox calls sent what is out, and nothing else.
func (c *comparison) known() {
	rows, there := map[string]int{}, map[string]bool{}
	for _, p := range c.ledger.posts {
		if p["remote_id"] != "" {
			rows[p["account"]+" "+p["remote_id"]]++
		}
	}
	for _, x := range c.net {
		there[x.Account+" "+x.ID] = true
		if n := rows[x.Account+" "+x.ID]; n != 1 && !c.counted(x) && !c.perhaps(x) {
			c.say(lost, "%d rows of the outbox know of the post %s on %s: %q", n, x.ID, x.Account, x.Text)
		}
	}
	for _, p := range c.ledger.posts {
		if gone := p["remote_id"] != "" && !there[p["account"]+" "+p["remote_id"]]; gone || p["state"] == "sent" && p["remote_id"] == "" {
			c.say(lost, "the outbox calls post %s sent (%s), and the network does not have it", p["id"], p["remote_id"])
		}
	}
}

// counted tells whether a post is one too many, which is counted already.
func (c *comparison) counted(x place.Shown) bool {
	is := func(y place.Shown) bool { return y.ID == x.ID }
	if slices.ContainsFunc(c.extra, is) {
		return true
	}
	for _, all := range c.copies {
		if len(all) > 1 && slices.ContainsFunc(all, is) {
			return true
		}
	}
	return false
}

// perhaps tells whether a post may be one that a person was asked about.
func (c *comparison) perhaps(x place.Shown) bool {
	for _, d := range c.want {
		if !slices.ContainsFunc(c.copies[d], func(y place.Shown) bool { return y.ID == x.ID }) {
			continue
		}
		return slices.ContainsFunc(c.ledger.of(d), func(p row) bool { return c.asked[p["id"]] })
	}
	return false
}

// heard looks whether the inbox has everything that was said, once, decided.
func (c *comparison) heard() {
	kept := map[string][]row{}
	for _, m := range c.ledger.mentions {
		kept[m["item"]] = append(kept[m["item"]], m)
		if m["state"] == "new" {
			c.say(unanswered, "the mention %s is still new: %q", m["item"], m["text"])
		}
	}
	for _, d := range c.want {
		if !d.answers() {
			continue
		}
		wanted := "answered"
		if d.kind == chatter {
			wanted = "desk"
		}
		for _, m := range kept[d.item] {
			if m["state"] != wanted && m["state"] != "new" {
				c.say(unanswered, "%s of %s (%s) is %s in the inbox, not %s: %s", d.kind, d.who, d.item, m["state"], wanted, m["reason"])
			}
		}
		if n := len(kept[d.item]); n > 1 || n == 0 && !d.maybe {
			c.say(unanswered, "%s of %s (%s) is %d times in the inbox", d.kind, d.who, d.item, n)
		}
	}
}
