package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"magpie/internal/sandbox"
	"magpie/internal/torture/place"
)

// run is one call of the harness.
type run struct {
	request
	root     string // of the worlds' folders
	coverage *coverage
	began    time.Time
	networks []string // the variants, in turn
	sky      *place.Atmosphere
	pg       *elephant

	mu      sync.Mutex
	next    int // number of the next world
	begun   int // worlds with all points
	tally   tally
	keyless tally // of that, on servers where nothing is sent again unasked
	active  int   // kills that worlds at work may still bring
}

// torture plays worlds until the program was killed often enough.
func torture(ctx context.Context, o request) (*tally, error) {
	r := &run{request: o, began: time.Now()}
	var err error
	if r.networks, err = r.variants(); err != nil {
		return nil, err
	}
	if r.root, err = os.MkdirTemp("", "magpie-torture-"); err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(r.root) }() // stays if a world's folder does
	if r.magpie == "" {
		if r.magpie, err = build(ctx, r.root); err != nil {
			return nil, err
		}
		defer os.Remove(r.magpie)
	}
	points, err := pointsOf(ctx)
	if err != nil {
		return nil, err
	}
	r.coverage = newCoverage(points)
	if slices.Contains(r.networks, place.Bluesky) {
		if r.sky, err = place.NewAtmosphere(ctx); err != nil {
			return nil, err
		}
		defer r.sky.Close()
	}
	if r.database == "postgres" {
		if r.pg, err = newElephant(); err != nil {
			return nil, err
		}
		defer r.pg.close()
	}
	say("seed %d: %s", o.seed, r.again())
	err = r.all(ctx)
	return &r.tally, errors.Join(err, ctx.Err())
}

// variants are the kinds of servers that are asked for.
func (r *run) variants() (out []string, err error) {
	if r.network != place.Bluesky {
		out = append(append(out, place.Kinds()...), place.X, place.Weibo)
	}
	if r.network != "sandbox" {
		out = append(out, place.Bluesky)
	}
	if r.variant != "" {
		for _, v := range out {
			if v == r.variant {
				return []string{v}, nil
			}
		}
		return nil, fmt.Errorf("no variant %q on this network: there are %v", r.variant, out)
	}
	return out, nil
}

// again is how to get the same once more: the same worlds, with the same points,
// faults and texts. What the machine was doing meanwhile is its own affair.
func (r *run) again() string {
	text := fmt.Sprintf("go run ./internal/torture -kills %d -seed %d -database %s -network %s -workers %d -lives %d", r.kills, r.seed,
		r.database, r.network, r.workers, r.lives)
	for option, value := range map[string]string{"fault": r.fault, "variant": r.variant, "point": r.point} {
		if value != "" {
			text += fmt.Sprintf(" -%s %q", option, value)
		}
	}
	return text
}

// all plays worlds, so many at a time.
func (r *run) all(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var work sync.WaitGroup
	var failed error
	for range r.workers {
		work.Go(func() {
			for ctx.Err() == nil {
				more, err := r.one(ctx)
				if !more {
					return
				}
				if err != nil {
					r.mu.Lock()
					failed = errors.Join(failed, err)
					r.mu.Unlock()
					cancel()
				}
			}
		})
	}
	go r.progress(ctx)
	work.Wait()
	if failed == nil {
		failed = r.cover(ctx)
	}
	r.summary()
	return failed
}

// one plays a world with all points, on the next variant. more is false if those
// at work will bring enough kills.
func (r *run) one(ctx context.Context) (more bool, err error) {
	r.mu.Lock()
	left := r.kills - r.tally.kills - r.active
	if left <= 0 {
		r.mu.Unlock()
		return false, nil
	}
	variant := r.networks[r.begun%len(r.networks)]
	r.begun++
	lives := min(r.lives, left)
	r.active += lives
	r.mu.Unlock()
	err = r.play(ctx, variant, r.reachable(variant), lives)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.active -= lives
	return true, err
}

// play plays a world. Its dice come from the seed and its number alone.
func (r *run) play(ctx context.Context, variant string, points []string, lives int) error {
	r.mu.Lock()
	n := r.next
	r.next++
	r.mu.Unlock()
	dice := rand.New(rand.NewPCG(r.seed, uint64(n))) //nolint:gosec // it has to be the same again
	w := &world{number: n, variant: variant, magpie: r.magpie, fault: r.fault, dice: dice, coverage: r.coverage,
		aims: deck(points, dice, lives, variant == place.Bluesky)}
	w.folder = filepath.Join(r.root, fmt.Sprintf("world-%04d-%s", n, w.variant))
	w.dir = filepath.Join(w.folder, "workspace")
	if err := os.MkdirAll(w.dir, 0o755); err != nil { //nolint:gosec // nothing secret is in it
		return err
	}
	var err error
	if w.log, err = openLog(filepath.Join(w.folder, "log")); err != nil {
		return err
	}
	if err := r.open(ctx, w); err != nil {
		return err
	}
	r.end(ctx, w, w.run(ctx))
	return nil
}

// open gives a world its network, its database and its machines.
func (r *run) open(ctx context.Context, w *world) (err error) {
	switch w.variant {
	case place.Bluesky:
		w.place, err = place.NewSky(ctx, r.sky, w.number)
	case place.X:
		w.place, w.blind = place.NewX(), true
	case place.Weibo:
		w.place, w.blind = place.NewWeibo(), true
	default:
		v := place.ServerOf(w.variant, w.dice)
		w.blind = v.Idempotency == sandbox.KeysIgnored || !v.Documented()
		w.place, err = place.NewMastodon(v)
		w.note("the server is %+v", v)
	}
	w.manners = w.place.Manners()
	if err != nil {
		return err
	}
	if r.pg == nil {
		w.machines, w.database = []*machine{{}}, sqlite(w.dir)
		return nil
	}
	w.machines = []*machine{{}, {}}
	w.database, err = r.pg.database(w.number)
	return err
}

func (r *run) reachable(variant string) (out []string) {
	for _, p := range r.coverage.points {
		if reachable(p, variant) && (r.point == "" || r.point == p) {
			out = append(out, p)
		}
	}
	return out
}

// end counts a world, and keeps what is bad about it. An error in one world does
// not stop the others.
func (r *run) end(ctx context.Context, w *world, err error) {
	if ctx.Err() != nil {
		w.close(r.keep) // somebody is tired of it
		return
	}
	if err != nil {
		w.tally.say(broken, "%v", err)
	}
	bad := w.tally.bad()
	if bad {
		w.report(r.seed)
	}
	w.close(bad || r.keep)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tally.add(w.tally)
	if w.blind {
		r.keyless.add(w.tally)
	}
}
