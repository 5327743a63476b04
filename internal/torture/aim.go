package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"magpie/internal/torture/place"
)

// aim is how a life is to end.
type aim struct {
	point string // "": at a random time
	nth   int
	after time.Duration // it is killed then if it has not reached the point
}

func (a aim) String() string {
	if a.point == "" {
		return fmt.Sprint("at random after ", a.after.Round(time.Millisecond))
	}
	return fmt.Sprint(a.point, ":", a.nth)
}

// env tells the process where to die.
func (a aim) env() []string {
	if a.point == "" {
		return nil
	}
	return []string{"MAGPIE_CRASH_AT=" + fmt.Sprint(a.point, ":", a.nth)}
}

// need is what has to happen in a life for it to reach a point.
type need string

const (
	nothing  need = ""         // every start passes it
	mentions need = "mentions" // somebody has written
	codes    need = "codes"    // somebody has asked for a code
	output   need = "output"   // something goes out
	lostWord need = "lost"     // the network's answer to a post is lost
	doubt    need = "doubt"    // a post has been in doubt for a while, and is not out
	mailing  need = "mailing"  // a segment is expanded
	purchase need = "purchase" // magpie coupons redeem
	login    need = "login"    // magpie accounts login
	refresh  need = "refresh"  // a session has expired
)

// place where a point lies: what it needs, and which passage of it may be the
// last.
type passage struct {
	need need
	most int
}

// passages of the points. One that is new and not here gets everything.
var passages = map[string]passage{
	"recovering": {nothing, 2}, "planning": {nothing, 2}, "planned": {nothing, 2}, "listening": {nothing, 3}, "heard": {nothing, 3},
	"keeping": {mentions, 2}, "kept": {mentions, 3}, "deciding": {mentions, 3}, "answering": {mentions, 3}, "answered": {mentions, 3},
	"reserving": {codes, 3}, "reserved": {codes, 3}, "expanding": {mailing, 1}, "expanded": {mailing, 1},
	"composed": {output, 3}, "prepared": {output, 3}, "freezing": {output, 3}, "frozen": {output, 3}, "publishing": {output, 3},
	"published": {output, 3}, "recording": {output, 3}, "recorded": {output, 3},
	"doubting": {lostWord, 2}, "looking": {doubt, 2}, "looked": {doubt, 2}, "repeating": {doubt, 1},
	"redeeming": {purchase, 1}, "redeemed": {purchase, 1}, "locking": {purchase, 1}, "locked": {purchase, 1},
	"rolling back": {purchase, 1}, "rolled back": {purchase, 1}, "storing": {login, 1}, "stored": {login, 1},
	"refreshing": {refresh, 1}, "refreshed": {refresh, 1},
}

// reachable tells whether a point can be reached on a network at all: no session of Mastodon expires, and where keys are ignored
// nothing is sent again unasked. On Weibo there is nothing private, and a post that is in doubt has three minutes to show.
func reachable(point, variant string) bool {
	switch variant {
	case place.Bluesky:
		return true
	case "honour", "replay500":
		return passages[point].need != refresh
	case place.Weibo:
		return !slices.Contains([]need{refresh, codes, mailing, purchase, doubt}, passages[point].need)
	}
	return passages[point].need != refresh && point != "repeating"
}

// deck is the order of aims in a world: every point once, in a random order,
// with random times in between. On a slow network all lives are longer.
func deck(points []string, dice *rand.Rand, lives int, slow bool) (out []aim) {
	for len(out) < lives {
		points = slices.Clone(points)
		dice.Shuffle(len(points), func(i, j int) { points[i], points[j] = points[j], points[i] })
		for _, p := range points {
			out = append(out, aimAt(p, dice))
			if dice.IntN(2) == 0 {
				out = append(out, atRandom(dice))
			}
		}
		if len(points) == 0 {
			out = append(out, atRandom(dice))
		}
	}
	if slow {
		for i := range out {
			out[i].after *= 2
		}
	}
	return out[:lives]
}

// shortLife is how long a life may take to reach its point. Points that need a
// post in doubt take longer, see pace.
const shortLife = 1500 * time.Millisecond

func aimAt(point string, dice *rand.Rand) aim {
	p, known := passages[point]
	if !known {
		p.most = 1
	}
	a := aim{point: point, nth: 1, after: shortLife}
	if dice.IntN(3) == 0 {
		a.nth = 1 + dice.IntN(p.most)
	}
	return a
}

// atRandom is often while the program starts, mostly while it works.
func atRandom(dice *rand.Rand) aim {
	from, to := 60, 500
	switch dice.IntN(10) {
	case 0, 1, 2:
		from, to = 0, 60
	case 3:
		from, to = 500, 1500
	}
	return aim{after: time.Duration(from+dice.IntN(to-from)) * time.Millisecond}
}
