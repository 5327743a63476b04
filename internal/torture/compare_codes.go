package main

import (
	"fmt"
	"regexp"
	"slices"
)

var codeRule = regexp.MustCompile(`\b[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\b`)

// order is a purchase in which a code was used.
type order struct {
	code, id string
	tried    bool // the shop has told us at least once
	noted    bool // and we have said yes
	backing  bool // it came to nothing: the shop has told us at least once
	undone   bool // and we have said yes
}

// codesIn are the codes that a text shows, each once.
func codesIn(text string) []string {
	found := codeRule.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

// codes compares the codes that people have seen with those that count as
// given, and with those that were used.
func (c *comparison) codes() {
	readers := c.readers()
	c.shared(readers)
	c.several(readers)
	c.coupons(readers)
	c.promised()
	c.used()
}

// readers are the people who have seen each code.
func (c *comparison) readers() map[string][]string {
	readers := map[string][]string{}
	for _, x := range c.net {
		for _, code := range codesIn(x.Text) {
			if !x.Private {
				c.say(couponsLeaked, "the code %s is shown to everybody: %q", code, x.Text)
			}
			readers[code] = append(readers[code], x.To...)
			slices.Sort(readers[code])
			readers[code] = slices.Compact(readers[code])
		}
	}
	return readers
}

// shared are codes that several people have seen.
func (c *comparison) shared(readers map[string][]string) {
	for code, who := range readers {
		if len(who) != 1 {
			c.say(couponsTwice, "the code %s was shown to %v", code, who)
		}
	}
}

// several are people with more codes of an offer than one.
func (c *comparison) several(readers map[string][]string) {
	has := map[string][]string{}
	for _, k := range c.ledger.coupons {
		for _, who := range readers[k["code"]] {
			has[who+" of "+k["offer"]] = append(has[who+" of "+k["offer"]], k["code"])
		}
	}
	for who, codes := range has {
		if len(codes) > 1 {
			c.say(couponsTwice, "codes for %s: %v", who, codes)
		}
	}
}

// coupons looks whether the table says of each code what the network shows.
func (c *comparison) coupons(readers map[string][]string) {
	known := map[string]bool{}
	for _, k := range c.ledger.coupons {
		known[k["code"]] = true
		_, out := readers[k["code"]]
		given := k["state"] == "delivered" || k["state"] == "redeemed"
		switch {
		case c.unsure(k["code"]):
		case k["state"] == "reserved":
			c.say(couponsLeaked, "the code %s is reserved for ever; on the network: %v", k["code"], readers[k["code"]])
		case out != given:
			c.say(couponsLeaked, "the code %s is %s; on the network: %v", k["code"], k["state"], readers[k["code"]])
		}
	}
	for code := range readers {
		if !known[code] {
			c.say(couponsLeaked, "no coupon has the code %s, which is on the network", code)
		}
	}
}

// unsure tells whether a code travels in a post that a person was asked about:
// then nobody knows whether it is out.
func (c *comparison) unsure(code string) bool {
	return slices.ContainsFunc(c.ledger.posts, func(p row) bool { return p["code"] == code && c.asked[p["id"]] })
}

// promised looks whether each post shows the code that its row has, and one of
// the right offer.
func (c *comparison) promised() {
	offers, rows := map[string]string{}, map[string]string{}
	for _, k := range c.ledger.coupons {
		offers[k["code"]] = k["offer"]
	}
	for _, p := range c.ledger.posts {
		rows[p["account"]+" "+p["remote_id"]] = p["code"]
	}
	for d, posts := range c.copies {
		for _, x := range posts {
			codes := codesIn(x.Text)
			if d.offer == "" && len(codes) == 0 {
				continue
			}
			if len(codes) != 1 || offers[codes[0]] != d.offer {
				c.say(couponsLeaked, "%s for %s shows %v, not one code of %q: %q", d.kind, d.who, codes, d.offer, x.Text)
				continue
			}
			if row, ok := rows[x.Account+" "+x.ID]; ok && row != codes[0] {
				c.say(couponsLeaked, "%s for %s shows %s, and its row has %q", d.kind, d.who, codes[0], row)
			}
		}
	}
}

// used looks whether each order is noted once, and each code in one order.
func (c *comparison) used() {
	noted, orders := map[string]int{}, map[string]bool{}
	for _, r := range c.ledger.redemptions {
		switch r["state"] {
		case "redeemed":
			noted[r["code"]]++
			orders[r["code"]+" "+r["order_id"]] = true
		case "locked":
			c.say(couponsLeaked, "the code %s is locked for order %s, which was told of", r["code"], r["order_id"])
		}
	}
	for _, u := range c.ledger.uses {
		n := 0
		for _, r := range c.ledger.redemptions {
			if r["offer"] == u["offer"] && (r["state"] == "redeemed" || r["state"] == "locked") {
				n++
			}
		}
		if fmt.Sprint(n) != u["uses"] {
			c.say(couponsLeaked, "%s uses of %s count, and there are %d", u["uses"], u["offer"], n)
		}
	}
	for _, o := range c.orders {
		want := o.noted && !o.undone
		if has := orders[o.code+" "+o.id]; has != want && (o.noted || !o.tried) {
			c.say(couponsLeaked, "order %s with the code %s is noted: %v, and should be: %v", o.id, o.code, has, want)
		}
		delete(orders, o.code+" "+o.id)
	}
	for what := range orders {
		c.say(couponsLeaked, "nobody made the order that is noted: %s", what)
	}
	for _, k := range c.ledger.coupons {
		if n := noted[k["code"]]; n > 1 || (n == 1) != (k["state"] == "redeemed") {
			c.say(couponsLeaked, "the code %s is %s, and was used in %d orders", k["code"], k["state"], n)
		}
	}
}
