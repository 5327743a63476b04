package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"time"

	"magpie/internal/torture/place"
)

// world is one network, one workspace, one database, and what happens there.
type world struct {
	number   int
	variant  string
	blind    bool   // nothing is sent again unasked there
	magpie   string // the binary
	fault    string
	folder   string // of the world
	dir      string // of the workspace, in it
	log      io.WriteCloser
	place    place.Place
	manners  place.Manners
	database database
	dice     *rand.Rand
	coverage *coverage
	machines []*machine

	want    []*duty
	orders  []*order
	crowd   []*person
	letters int      // mailings so far
	posts   int      // public posts so far
	aims    []aim    // of the lives to come
	lives   []string // what happened, for the report
	tally   tally
}

// machine is where a program runs. Several share a database.
type machine struct {
	*process
	aim aim
}

// up tells whether a program runs there.
func (m *machine) up() bool { return m.process != nil && m.alive() }

// run plays the world to its end and compares it.
func (w *world) run(ctx context.Context) error {
	if err := w.prepare(ctx); err != nil {
		return fmt.Errorf("preparing: %w", err)
	}
	for n := 0; len(w.aims) > 0; n++ {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := w.life(ctx, w.machines[n%len(w.machines)]); err != nil {
			return fmt.Errorf("life %d: %w", n, err)
		}
	}
	return w.rest(ctx)
}

// close ends everything that is left of a world. The folder stays if keep says
// so.
func (w *world) close(keep bool) {
	for _, m := range w.machines {
		if m.up() {
			m.kill()
		}
	}
	w.place.Close()
	w.database.close()
	_ = w.log.Close()
	if !keep {
		_ = os.RemoveAll(w.folder)
	}
}

// note writes down what happens.
func (w *world) note(format string, args ...any) {
	line := time.Now().Format(clock) + " " + fmt.Sprintf(format, args...)
	w.lives = append(w.lives, line)
	fmt.Fprintln(w.log, "===", line)
}

// dead counts a death.
func (w *world) dead(p *process, a aim) {
	if !p.died() {
		w.tally.say(broken, "the program ended by itself with code %d, on the way to %s", p.cmd.ProcessState.ExitCode(), a)
		w.note("%s: it ended by itself, %v", a, p.cmd.ProcessState)
		return
	}
	w.tally.kills++
	lived := time.Since(p.born).Round(time.Millisecond)
	if p.killed || a.point == "" {
		w.coverage.hit(w.variant, "")
		w.note("%s: killed after %s", a, lived)
		return
	}
	w.coverage.hit(w.variant, a.point)
	w.note("%s: reached after %s", a, lived)
}
