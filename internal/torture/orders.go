package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// order writes a file with public posts that are due then, one on each account.
func (w *world) order(at time.Time, accounts ...string) error {
	if len(accounts) == 0 {
		return nil
	}
	w.posts++
	campaign := fmt.Sprint("day-", w.posts)
	text := "title: Day\nsteps:\n"
	for i, account := range accounts {
		step := fmt.Sprintf("%s-%d-%d", account, w.posts, i)
		words, mark := w.words(account, i)
		text += fmt.Sprintf("  %s: {accounts: [%s], at: %s, say: %s}\n", step, account, wall(at), step)
		if err := w.write("templates/"+step+".en.tmpl", words); err != nil {
			return err
		}
		w.want = append(w.want, &duty{kind: public, account: account, mark: mark, campaign: campaign, step: step, at: at})
	}
	w.note("posts %s are due at %s on %v", campaign, at.Format(clock), accounts)
	return w.write("campaigns/"+campaign+".yaml", text)
}

// words are new each time, and differ much between the accounts, as the program demands;
// mark is what no server makes something else of.
func (w *world) words(account string, i int) (words, mark string) {
	n := w.posts*10 + i
	mark = fmt.Sprintf("Shelf number %d is full of kettles", n)
	if account == "club" {
		mark = fmt.Sprintf("Today %d loaves of bread, and nobody is hungry any more", n)
	}
	if w.manners.Link != "" {
		return mark + w.manners.Link, mark
	}
	return mark + w.tail(), mark
}

// rewritten are what some servers show as something else than what they were given.
var rewritten = []string{`50\% off`, "Tom & Jerry", "Tom &amp; Jerry", "a < b", ":-)", "www.shop.example/sale", "<b>new</b>", "*bold*",
	"_soft_", "`code`",
	"[here](https://shop.example/a)", "# Sale", "> said", "- one", "1. two", "https://shop.example/x_y_z", "促销 满减", "café", "שלום", "👍🏽",
	`C:\new`, "10 > 5", "#spring", "(c)", "--", "..."}

// tail is some of that, or nothing.
func (w *world) tail() (out string) {
	for range w.dice.IntN(5) {
		out += []string{" ", "\n", ", "}[w.dice.IntN(3)] + rewritten[w.dice.IntN(len(rewritten))]
	}
	return out
}

// mail writes a letter to all friends of the shop, due then.
func (w *world) mail(at time.Time) error {
	if w.letters == letters || !w.manners.Private {
		return nil
	}
	n := w.letters
	w.letters++
	step := fmt.Sprint("letter-", n)
	offer, words := step, fmt.Sprintf("Dear {{name}}, letter %d brings you {{value}} with {{code}}", n)
	switch n % 4 {
	case 1: // the code that some have already, or have coming
		offer = "gift"
	case 3:
		offer, words = "", fmt.Sprintf("Dear {{name}}, letter %d is about lamps and lights", n)
	}
	if err := w.write("templates/"+step+".en.tmpl", words); err != nil {
		return err
	}
	if err := w.owed(step, offer, fmt.Sprintf("letter %d ", n), at); err != nil {
		return err
	}
	w.note("%s is due at %s", step, at.Format(clock))
	return w.write("campaigns/"+step+".yaml", "title: Letter\n"+strings.Repeat("offer: "+offer+"\n", min(len(offer), 1))+
		"steps:\n  "+step+": {accounts: [shop], at: "+wall(at)+", to: {segment: friends, by: direct}, say: "+step+"}\n")
}

// owed notes to whom a letter is due. Whoever has said stop may get one only if
// the program does not know yet.
func (w *world) owed(step, offer, mark string, at time.Time) error {
	l, err := w.database.ledger()
	if err != nil {
		return err
	}
	for _, p := range w.crowd {
		if !p.friend || p.left && w.hasLeft(p, l) {
			continue
		}
		w.want = append(w.want, &duty{kind: letter, account: "shop", mark: mark, who: p.name, offer: offer, campaign: step, step: step, at: at,
			maybe: p.left})
	}
	return nil
}

// hasLeft tells whether the program knows that a person has said stop.
func (w *world) hasLeft(p *person, l ledger) bool {
	i := slices.IndexFunc(w.want, func(d *duty) bool { return d.kind == stop && d.who == p.name })
	return i >= 0 && slices.ContainsFunc(l.mentions, func(m row) bool { return m["item"] == w.want[i].item && m["state"] != "new" })
}

// buy lets somebody use the code they have seen; nil if nobody can. Often it is
// a code that was seen just now, when the program may not know yet that it is
// out.
func (w *world) buy() (*order, error) {
	net, err := w.place.Posts()
	if err != nil {
		return nil, err
	}
	copies, _ := assign(w.want, net, ledger{})
	want := slices.Clone(w.want)
	if w.dice.IntN(4) > 0 {
		slices.Reverse(want)
	}
	for _, d := range want {
		i := slices.IndexFunc(w.crowd, func(p *person) bool { return p.name == d.who })
		if d.offer == "" || i < 0 || len(copies[d]) == 0 || w.crowd[i].spent || w.crowd[i].friend || !w.served(w.crowd[i], copies) {
			continue
		}
		if codes := codesIn(copies[d][0].Text); len(codes) == 1 {
			w.crowd[i].spent = true
			o := &order{code: codes[0], id: fmt.Sprint("order-", len(w.orders))}
			w.orders = append(w.orders, o)
			return o, nil
		}
	}
	return nil, nil
}

// redeem tells the program of an order.
func (w *world) redeem(o *order, a aim) error {
	w.note("%s with %s", o.id, o.code)
	code, err := w.command(a, "", "coupons", "redeem", o.code, "--order", o.id, "--amount", "12.50 EUR")
	o.tried = true
	if err == nil && code == 0 {
		o.noted = true
	}
	return err
}

// lock tells the program of an order that is being placed; it is told of its end later.
func (w *world) lock(o *order, a aim) error {
	w.note("%s locks %s", o.id, o.code)
	_, err := w.command(a, "", "coupons", "lock", o.code, "--order", o.id, "--amount", "12.50 EUR")
	o.tried = true
	return err
}

// rollback tells the program that an order came to nothing. Whoever was told so before says no, which is as good.
func (w *world) rollback(o *order, a aim) error {
	w.note("%s with %s came to nothing", o.id, o.code)
	code, err := w.command(a, "", "coupons", "rollback", o.code, "--order", o.id, "--why", "sent back")
	o.backing = true
	if err == nil && (code == 0 || code == 3) {
		o.undone = true
	}
	return err
}

// redeemTwice uses a code in an order of its own that was used already: that
// has to be refused.
func (w *world) redeemTwice(o *order) error {
	code, err := w.command(aim{}, "", "coupons", "redeem", o.code, "--order", o.id+"-again", "--amount", "9.00 EUR")
	if err == nil && code != 3 {
		w.tally.say(couponsTwice, "the code %s was used in %s, and then again: exit %d", o.code, o.id, code)
	}
	return err
}
