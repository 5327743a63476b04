package main

import (
	"errors"
	"slices"

	"magpie/internal/torture/place"
)

// person is somebody who has written to the brand.
type person struct {
	name   string
	friend bool // lets the shop write to them
	left   bool // has said stop
	spent  bool // has used a code: asks for none any more
	asks   int
}

// mostAsks keeps a person below the number of automated answers an hour after
// which the program hands over to people.
const mostAsks = 4

// meet is a person who has not written before.
func (w *world) meet() (*person, error) {
	name, err := w.place.Person()
	return &person{name: name}, err
}

// hear lets a person say something and notes the answer that is due.
func (w *world) hear(p *person, d duty, text string, private bool, to ...string) error {
	var err error
	if private = private && w.manners.Private || d.private() && w.manners.Asked; private || !w.manners.Private {
		to = to[:1] // a message goes to one account, and who writes on Weibo names one
	}
	p.asks++
	d.who = p.name
	d.said, d.item, err = w.place.Say(p.name, text, private, to...)
	if d.maybe = errors.Is(err, place.ErrUnheard); err != nil && !d.maybe {
		return err
	}
	w.want = append(w.want, &d)
	w.note("%s says %q", p.name, text)
	return nil
}

// one of the accounts, or both.
func (w *world) somewhere() []string {
	return [][]string{{"shop"}, {"club"}, {"shop", "club"}, {"shop"}}[w.dice.IntN(4)]
}

// askCode lets a person ask for a code.
func (w *world) askCode(p *person) error {
	if !slices.Contains(w.crowd, p) {
		w.crowd = append(w.crowd, p)
	}
	if w.dice.IntN(3) == 0 {
		return w.hear(p, duty{kind: claim, mark: "Your card, ", offer: "card"}, "a card please", w.dice.IntN(5) == 0, w.somewhere()...)
	}
	return w.hear(p, duty{kind: claim, mark: "For you, ", offer: "gift"}, "any deal today?", w.dice.IntN(5) == 0, w.somewhere()...)
}

func (w *world) newClaim() error {
	if !w.manners.Private {
		return w.newQuestion()
	}
	p, err := w.meet()
	if err != nil {
		return err
	}
	return w.askCode(p)
}

func (w *world) newQuestion() error {
	p, err := w.meet()
	if err != nil {
		return err
	}
	return w.hear(p, duty{kind: question, mark: marks[question]}, "what are your hours?", false, w.somewhere()...)
}

func (w *world) newMention() error {
	if w.dice.IntN(2) == 0 {
		return w.newQuestion()
	}
	return w.newClaim()
}

// askAgain lets somebody ask who has a code, or has one coming: they are told
// the same.
func (w *world) askAgain() error {
	may := slices.DeleteFunc(slices.Clone(w.crowd), func(p *person) bool { return p.left || p.spent || p.asks >= mostAsks })
	if len(may) == 0 {
		return w.newClaim()
	}
	return w.askCode(may[w.dice.IntN(len(may))])
}

// talk is said to nobody's rule: it waits at the desk.
func (w *world) talk() error {
	p, err := w.meet()
	if err != nil {
		return err
	}
	return w.hear(p, duty{kind: chatter}, "what lovely weather", false, "shop")
}

// leave lets a stranger, or a friend, say stop.
func (w *world) leave() error {
	p, err := w.meet()
	if err != nil {
		return err
	}
	if f := w.mayLeave(); f != nil && w.dice.IntN(2) == 0 {
		p = f
	}
	p.left = true
	for _, d := range w.want {
		d.maybe = d.maybe || d.who == p.name && d.kind == letter
	}
	mark := marks[stop]
	if w.manners.Chinese {
		mark = "好的，我们不会"
	}
	return w.hear(p, duty{kind: stop, mark: mark}, "STOP", false, "shop")
}

// mayLeave is a friend to whom nothing that they asked for is on its way, nil
// if there is none. Half of them stay.
func (w *world) mayLeave() *person {
	net, err := w.place.Posts()
	if err != nil {
		return nil
	}
	copies, _ := assign(w.want, net, ledger{})
	friends := slices.DeleteFunc(slices.Clone(w.crowd), func(p *person) bool { return !p.friend })
	for _, p := range friends[:len(friends)/2] {
		if !p.left && w.served(p, copies) {
			return p
		}
	}
	return nil
}

// served tells whether all that a person asked for is out.
func (w *world) served(p *person, copies map[*duty][]place.Shown) bool {
	return !slices.ContainsFunc(w.want, func(d *duty) bool { return d.who == p.name && d.answers() && len(copies[d]) == 0 })
}
