package main

import (
	"fmt"
	"strings"
)

// column is a number of the last line.
type column string

// The columns that have to be 0, and broken, which the line does not show: the
// program ended by itself, or said something that it must not say.
const (
	duplicates    column = "duplicates"
	lost          column = "lost"
	couponsTwice  column = "coupons_twice"
	couponsLeaked column = "coupons_leaked"
	unanswered    column = "unanswered"
	answeredTwice column = "answered_twice"
	broken        column = "broken"
)

var columns = []column{duplicates, lost, couponsTwice, couponsLeaked, unanswered, answeredTwice}

// find is one thing that is not as it should be.
type find struct {
	column
	text string
}

// tally is what was counted.
type tally struct {
	kills, due, out, asked int
	finds                  []find
}

// add counts another tally in.
func (t *tally) add(o tally) {
	t.kills += o.kills
	t.due += o.due
	t.out += o.out
	t.asked += o.asked
	t.finds = append(t.finds, o.finds...)
}

func (t *tally) say(c column, format string, args ...any) {
	t.finds = append(t.finds, find{c, fmt.Sprintf(format, args...)})
}

func (t *tally) count(c column) (n int) {
	for _, f := range t.finds {
		if f.column == c {
			n++
		}
	}
	return n
}

// without is what was due and asked but for that of another tally.
func (t *tally) without(o tally) tally { return tally{due: t.due - o.due, asked: t.asked - o.asked} }

// bad tells whether anything is not 0 that has to be.
func (t *tally) bad() bool { return len(t.finds) > 0 }

// tooManyAsked tells whether what could not be proven is more than rare: more
// than one in so many, and above what chance brings in a short run.
func (t *tally) tooManyAsked(oneIn int) bool { return t.asked > 5+t.due/oneIn }

// String is the last line.
func (t *tally) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "kills=%d due=%d out=%d asked=%d", t.kills, t.due, t.out, t.asked)
	for _, c := range columns {
		fmt.Fprintf(&b, " %s=%d", c, t.count(c))
	}
	return b.String()
}
