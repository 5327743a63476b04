package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// takeover is how much longer a life lasts where another machine has to notice
// first that the last one is dead.
const takeover = 3500 * time.Millisecond

// event is something that happens while the program lives.
type event struct {
	at time.Duration
	do func() error
}

// life is one life of the program on a machine, from start to death. The other
// machines, if there are any, go on.
func (w *world) life(ctx context.Context, m *machine) error {
	var fresh []*machine
	for _, x := range append([]*machine{m}, w.machines...) {
		if !x.up() && len(w.aims) > 0 && !slices.Contains(fresh, x) {
			x.aim, w.aims = w.aims[0], w.aims[1:]
			fresh = append(fresh, x)
		}
	}
	events, err := w.stage(m)
	if err != nil {
		return err
	}
	for _, x := range fresh {
		if err = w.wake(x, x.aim.env()); err != nil {
			return err
		}
	}
	if err := w.live(ctx, m, append(events, w.happenings()...)); err != nil {
		return err
	}
	for _, x := range w.machines {
		if x != m && x.up() && w.dice.IntN(5) == 0 {
			x.kill() // the whole data centre
		}
	}
	return w.bury()
}

// wake starts the program on a machine. Of several machines the first puts the
// files in force.
func (w *world) wake(m *machine, env []string) (err error) {
	args := []string{"run"}
	if len(w.machines) > 1 && m == w.machines[0] {
		args = append(args, "--watch")
	}
	m.process, err = w.start(env, "", args...)
	return err
}

// live lets things happen until the machine's program is dead, by itself or by
// us.
func (w *world) live(ctx context.Context, m *machine, events []event) error {
	slices.SortStableFunc(events, func(a, b event) int { return int(a.at - b.at) })
	end := m.aim.after
	if len(w.machines) > 1 && m.aim.point != "" {
		end += takeover
	}
	began := time.Now()
	for m.alive() {
		next := end
		if len(events) > 0 && events[0].at < end {
			next = events[0].at
		}
		if !m.until(ctx, next-time.Since(began)) {
			continue
		}
		if next == end || ctx.Err() != nil {
			m.kill()
			return ctx.Err()
		}
		do := events[0].do
		events = events[1:]
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}

// until waits; false if the process ended before.
func (p *process) until(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-p.done:
		return false
	case <-ctx.Done():
	case <-t.C:
	}
	return true
}

// bury counts the machines whose programs have died.
func (w *world) bury() error {
	for i, m := range w.machines {
		if m.process == nil || m.up() {
			continue
		}
		<-m.done
		w.dead(m.process, m.aim)
		if !m.died() {
			return fmt.Errorf("the program on machine %d ended by itself", i)
		}
		m.process = nil
	}
	return nil
}

// command runs a command of the program beside it, and kills it as the aim says,
// if it has one. It returns the exit code, -1 if it was killed.
func (w *world) command(a aim, stdin string, args ...string) (code int, err error) {
	p, err := w.start(a.env(), stdin, args...)
	if err != nil {
		return 0, err
	}
	random := a.point == "" && a.after > 0
	patience := commandTime
	if random {
		patience = a.after
	}
	code = p.finish(patience)
	switch {
	case code == -1 && (random || a.point != "" && !p.killed):
		w.dead(p, a)
	case code == -1:
		w.tally.say(broken, "magpie %v does not end", args)
	case a.point != "":
		w.note("magpie %v was not killed at %s: exit %d", args[:2], a, code)
	}
	return code, nil
}

// commandTime is how long a command may take.
const commandTime = 20 * time.Second
