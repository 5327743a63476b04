package main

import (
	"math/rand/v2"
	"slices"
	"testing"

	"magpie/internal/torture/place"
)

// Whoever adds a point to the program says in aim.go what it needs.
func TestEveryPointIsKnown(t *testing.T) {
	points, err := pointsOf(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range points {
		if passages[p].most == 0 {
			t.Errorf("nothing is known of the point %q", p)
		}
	}
	for p := range passages {
		if !slices.Contains(points, p) {
			t.Errorf("the program has no point %q", p)
		}
	}
}

// A world with as many lives as two rounds has every point, and random times;
// the same seed gives the same.
func TestDeck(t *testing.T) {
	points := []string{"frozen", "published", "looking"}
	first := deck(points, rand.New(rand.NewPCG(1, 2)), 40, false)
	if !slices.Equal(first, deck(points, rand.New(rand.NewPCG(1, 2)), 40, false)) {
		t.Error("the same dice give another deck")
	}
	for _, p := range append(points, "") {
		if n := len(slices.DeleteFunc(slices.Clone(first), func(a aim) bool { return a.point != p })); n < 5 {
			t.Errorf("%q is %d times among %d aims", p, n, len(first))
		}
	}
}

// A full run that never came by a point says so.
func TestMissed(t *testing.T) {
	c := newCoverage([]string{"frozen", "refreshing"})
	c.hit("ignore", "")
	if got := c.missed("ignore"); !slices.Equal(got, []string{"frozen"}) {
		t.Errorf("missed on Mastodon: %v", got)
	}
	c.hit("ignore", "frozen")
	if got := c.missed("ignore"); len(got) > 0 {
		t.Errorf("missed on Mastodon: %v", got)
	}
	if got := c.missed(place.Bluesky); !slices.Equal(got, []string{"frozen", "refreshing"}) {
		t.Errorf("missed on Bluesky: %v", got)
	}
	if reachable("repeating", "ignore") || !reachable("repeating", "honour") {
		t.Error("a post is sent again where keys are honoured, and only there")
	}
	if c.deaths() != 2 {
		t.Errorf("%d deaths", c.deaths())
	}
}
