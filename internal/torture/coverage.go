package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"magpie/internal/torture/place"
)

// coverage is how often each point was reached, on each variant.
type coverage struct {
	mu     sync.Mutex
	points []string
	hits   map[string]map[string]int // by variant and point
	random map[string]int
}

func newCoverage(points []string) *coverage {
	return &coverage{points: points, hits: map[string]map[string]int{}, random: map[string]int{}}
}

// hit counts a death; point is "" for one at a random time.
func (c *coverage) hit(variant, point string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hits[variant] == nil {
		c.hits[variant] = map[string]int{}
	}
	if point == "" {
		c.random[variant]++
		return
	}
	c.hits[variant][point]++
}

// deaths are all of them.
func (c *coverage) deaths() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, points := range c.hits {
		for _, k := range points {
			n += k
		}
	}
	for _, k := range c.random {
		n += k
	}
	return n
}

// missed are the points that were never reached on a variant, though they can
// be.
func (c *coverage) missed(variant string) (out []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.points {
		if reachable(p, variant) && c.hits[variant][p] == 0 {
			out = append(out, p)
		}
	}
	return out
}

// table shows all of it.
func (c *coverage) table(variants []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-12s", "point")
	for _, v := range variants {
		fmt.Fprintf(&b, "%*s", width(v), v)
	}
	for _, p := range slices.Concat(c.points, []string{"(random)"}) {
		fmt.Fprintf(&b, "\n%-12s", p)
		for _, v := range variants {
			fmt.Fprintf(&b, "%*s", width(v), c.cell(v, p))
		}
	}
	return b.String()
}

// width is that of a variant's column.
func width(variant string) int { return max(10, len(variant)+2) }

func (c *coverage) cell(variant, point string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case point == "(random)":
		return fmt.Sprint(c.random[variant])
	case !reachable(point, variant):
		return "none here"
	}
	return fmt.Sprint(c.hits[variant][point])
}

// full tells whether so many kills have to reach every point on every variant.
func (r *run) full() bool {
	return r.point == "" && r.fault == "" && r.kills >= 10*len(r.coverage.points)*len(r.covered())
}

// covered are the kinds of servers on which every point has to be reached.
func (r *run) covered() (out []string) {
	for _, v := range r.networks {
		if slices.Contains(place.Keyed, v) || slices.Contains([]string{place.Bluesky, place.X, place.Weibo}, v) {
			out = append(out, v)
		}
	}
	return out
}

// cover plays more worlds, for points that a full run has not reached. Points
// that stay out of reach are a mistake: of the harness, or of who added them.
func (r *run) cover(ctx context.Context) error {
	for round := 0; r.full() && ctx.Err() == nil; round++ {
		left := 0
		for _, v := range r.covered() {
			missed := r.coverage.missed(v)
			left += len(missed)
			if len(missed) > 0 && round == 3 {
				r.tally.say(broken, "never reached on %s: %v", v, missed)
			}
			if len(missed) == 0 || round == 3 {
				continue
			}
			if err := r.play(ctx, v, missed, 3*len(missed)); err != nil {
				return err
			}
		}
		if left == 0 || round == 3 {
			break
		}
	}
	rare := 100
	if slices.Contains(r.networks, place.Bluesky) {
		rare = 20 // in chat nothing can be repeated, and a message that is not there proves nothing
	}
	if keyed := r.tally.without(r.keyless); keyed.tooManyAsked(rare) {
		r.tally.say(broken, "asked=%d is not rare", keyed.asked)
	}
	if r.keyless.tooManyAsked(rareKeyless) {
		r.tally.say(broken, "asked=%d is not rare where keys are ignored", r.keyless.asked)
	}
	return nil
}

// rareKeyless is how rarely a person is asked on a server that ignores keys, one in so
// many: there nothing is repeated unasked, so every lost answer may be a question.
const rareKeyless = 3
