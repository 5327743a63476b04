package main

import (
	"time"

	"magpie/internal/torture/place"
)

// stage makes sure that what a life needs to reach its point happens: at once,
// or in the events.
func (w *world) stage(m *machine) (events []event, err error) {
	a := m.aim
	p, known := passages[a.point]
	if !known && a.point != "" {
		p.need = doubt
	}
	switch p.need {
	case mentions:
		err = w.times(a.nth, w.newMention)
	case codes:
		err = w.times(a.nth, w.newClaim)
	case output:
		err = w.outputs(a.nth)
	case lostWord, doubt:
		if p.need == doubt {
			m.aim.after = w.place.Pace().Doubt
		}
		for _, account := range place.Brands {
			w.place.Silence(account)
		}
		err = w.order(time.Now(), place.Brands...)
	case mailing:
		err = w.mail(time.Now())
	case purchase, login:
		events = w.beside(m, p.need)
	case refresh:
		for _, account := range place.Brands {
			w.place.Shake(account)
		}
	}
	return events, err
}

func (w *world) times(n int, do func() error) error {
	for range n {
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}

// outputs makes n posts of all kinds due.
func (w *world) outputs(n int) error {
	for i := range n {
		do := w.newMention
		if (n+i)%2 == 0 {
			do = func() error { return w.order(time.Now(), w.brand()) }
		}
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}

// beside aims at a command that runs beside the program. The program itself is
// then killed at a random time.
func (w *world) beside(m *machine, n need) []event {
	a := m.aim
	m.aim = atRandom(w.dice)
	m.aim.after = max(m.aim.after, 100*time.Millisecond)
	do := func() error {
		if n == login {
			account := w.brand()
			_, err := w.command(a, w.place.Password(account)+"\n", "accounts", "login", account)
			return err
		}
		o, err := w.buy()
		if err != nil || o == nil {
			return err
		}
		switch a.point {
		case "locking", "locked":
			return w.lock(o, a)
		case "rolling back", "rolled back":
			if err := w.redeem(o, aim{}); err != nil || !o.noted {
				return err
			}
			return w.rollback(o, a)
		}
		return w.redeem(o, a)
	}
	return []event{{m.aim.after / 2, do}}
}

func (w *world) brand() string { return place.Brands[w.dice.IntN(len(place.Brands))] }

// happenings are what goes on in any life, some now, some later.
func (w *world) happenings() (events []event) {
	for _, h := range []struct {
		percent int
		do      func() error
	}{
		{45, func() error { return w.order(time.Now(), w.brand()) }},
		{10, func() error { return w.order(time.Now().Add(time.Second), place.Brands...) }},
		{45, w.newMention}, {20, w.newMention}, {10, w.askAgain}, {5, w.talk}, {4, w.leave},
		{2, func() error { return w.mail(time.Now()) }},
		{30, func() error { w.place.Trouble(w.brand(), w.dice.IntN(place.Troubles)); return nil }},
		{10, func() error { w.place.Shake(w.brand()); return nil }},
		{15, w.shopping},
	} {
		if w.dice.IntN(100) < h.percent {
			events = append(events, event{time.Duration(w.dice.IntN(2)*w.dice.IntN(700)) * time.Millisecond, h.do})
		}
	}
	return events
}

// shopping is an order, or one more try to tell the program of an old one.
func (w *world) shopping() error {
	for _, o := range w.orders {
		if !o.noted {
			return w.redeem(o, aim{})
		}
	}
	o, err := w.buy()
	if err != nil || o == nil {
		return err
	}
	if err := w.redeem(o, aim{}); err != nil || !o.noted || w.dice.IntN(4) > 0 {
		return err
	}
	return w.redeemTwice(o)
}
