package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"time"

	"magpie/internal/torture/place"
)

// The friends of the shop in each world.
const friends = 5

// prepare makes the world ready for its first life. The first steps of a brand
// are killed too, now and then.
func (w *world) prepare(ctx context.Context) error {
	if err := w.begin(); err != nil {
		return err
	}
	for _, account := range place.Brands {
		if err := w.signIn(account); err != nil {
			return err
		}
	}
	if w.manners.Private {
		if err := w.surely(nil, "", "coupons", "import", "card", w.cardsFile()); err != nil {
			return err
		}
	}
	listens := func(l ledger) bool { return len(l.cursors) == len(place.Brands) } // what is said before that is not heard
	if err := w.once(ctx, listens, "planning", "planned", "listening", "heard"); err != nil {
		return err
	}
	if !w.manners.Private {
		return nil
	}
	for range friends {
		p, err := w.meet()
		if err != nil {
			return err
		}
		p.friend = true
		w.crowd = append(w.crowd, p)
		if err := w.hear(p, duty{kind: join, mark: marks[join]}, "I want to join", false, "shop"); err != nil {
			return err
		}
	}
	known := func(l ledger) bool {
		return len(slices.DeleteFunc(l.mentions, func(m row) bool { return m["state"] == "new" })) == friends
	}
	return w.once(ctx, known, "keeping", "kept", "deciding", "answering", "answered", "frozen", "published", "recording")
}

// signIn signs in as a person does: again, where the server is not up yet.
func (w *world) signIn(account string) (err error) {
	for range 8 {
		if err = w.surely([]string{"storing", "stored"}, w.place.Password(account)+"\n", "accounts", "login", account); err == nil {
			return nil
		}
	}
	return err
}

// once does what is due now until the ledger is as it should be. The first time
// it may be killed at one of the points; then the dead one's lease may have to
// run out, and the network may be slow to pass on what was said.
func (w *world) once(ctx context.Context, enough func(ledger) bool, points ...string) error {
	for range 20 {
		if err := w.surely(points, "", "run", "--once"); err != nil {
			return err
		}
		if l, err := w.database.ledger(); err != nil || enough(l) {
			return err
		}
		if points = nil; !place.Pause(ctx, 500*time.Millisecond) {
			return ctx.Err()
		}
	}
	return errors.New("magpie run --once does not do what is due")
}

// surely runs a command until it succeeds. Where there are points, it may be
// killed the first time, at one of them or at a random time.
func (w *world) surely(points []string, stdin string, args ...string) error {
	if len(points) > 0 && w.dice.IntN(2) == 0 {
		a := aim{after: time.Duration(1+w.dice.IntN(80)) * time.Millisecond}
		if w.dice.IntN(2) == 0 {
			a = aim{point: points[w.dice.IntN(len(points))], nth: 1}
		}
		if _, err := w.command(a, stdin, args...); err != nil {
			return err
		}
	}
	code, err := w.command(aim{}, stdin, args...)
	if err == nil && code != 0 {
		err = fmt.Errorf("magpie %v ended with %d", args, code)
	}
	return err
}

// rest lets the program work without being killed until nothing is on its way,
// ends it, and compares.
func (w *world) rest(ctx context.Context) error {
	w.place.Heal()
	for _, m := range w.machines {
		if m.up() {
			m.kill()
		}
	}
	if err := w.bury(); err != nil {
		return err
	}
	w.note("rest")
	for _, o := range w.orders {
		do := w.redeem
		switch {
		case o.backing && !o.undone:
			do = w.rollback
		case o.noted:
			continue
		}
		if err := do(o, aim{}); err != nil {
			return err
		}
	}
	if err := w.calm(ctx); err != nil {
		return err
	}
	return w.judge()
}

// calm runs the program on all machines until all is out that is due, or until
// it is plain that it never will be.
func (w *world) calm(ctx context.Context) (err error) {
	for _, m := range w.machines {
		m.aim = aim{}
		if err = w.wake(m, nil); err != nil {
			return err
		}
	}
	p := w.place.Pace()
	end, still := time.Now().Add(p.Rest), time.Now()
	for time.Now().Before(end) && time.Since(still) < p.Hope {
		if !place.Pause(ctx, p.Look) {
			return ctx.Err()
		}
		what, err := w.database.waiting(time.Now())
		if err != nil {
			return err
		}
		if what != "" {
			still = time.Now()
			continue
		}
		if t, err := w.compare(); err != nil || !t.bad() || t.count(duplicates) > 0 {
			return w.stop(err)
		}
	}
	return w.stop(nil)
}

// stopped is the exit code of a program that was stopped while it started.
const stopped = 130

// stop ends the programs as an operator does, which they have to do in peace.
func (w *world) stop(err error) error {
	for _, m := range w.machines {
		if m.alive() {
			_ = m.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		}
		if code := m.finish(commandTime); code != 0 && code != stopped {
			w.tally.say(broken, "the program at rest ended with %d", code)
		}
		m.process = nil
	}
	return err
}

// judge does what is due once more, which must change nothing, and compares.
func (w *world) judge() error {
	if code, err := w.command(aim{}, "", "run", "--once"); err != nil || code != 0 {
		w.tally.say(broken, "magpie run --once ended with %d, %v", code, err)
	}
	t, err := w.compare()
	if err != nil {
		return err
	}
	if what, err := w.database.waiting(time.Now()); what != "" || err != nil {
		w.note("not at rest: %s%v", what, err)
	}
	w.tally.add(t)
	return nil
}

func (w *world) compare() (tally, error) {
	net, err := w.place.Posts()
	if err != nil {
		return tally{}, err
	}
	l, err := w.database.ledger()
	return compare(evidence{w.want, net, l, w.orders, w.manners.Plain}), err
}
