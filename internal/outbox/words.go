package outbox

import (
	"time"

	"magpie/internal/network"
	"magpie/internal/spoken"
)

// Stop is an error that ends the way of a post, or halts it, in a state.
type Stop struct {
	State  State
	Reason string
	Cause  Cause // for programs; mostly none
}

// Error says why.
func (s *Stop) Error() string { return s.Reason }

// Why is the reason to write down.
func (s *Stop) Why() Why { return Why{s.Reason, s.Cause} }

// Composed is a post with its words.
type Composed struct {
	Draft network.Draft
	Hash  string    // of what decides the words: an approval holds for this very hash
	Until time.Time // until when the coupon is good; zero: no end
	Files int64     // the revision of the files that it was made from; 0: none
	Rest  []string  // the parts of the thread that come after this one
}

// Ready is a post with its words that is about to be frozen.
type Ready struct {
	Post     *Post
	Composed Composed
	Stop     *Stop // why it may not go out; nil: it may
}

// Lateness says how a post became late, and "" if it is not.
func Lateness(p *Post, now time.Time) string {
	why := ""
	if p.State == Held {
		why = ", and was not approved"
	}
	switch {
	case !p.FinishBy.IsZero() && now.After(p.FinishBy):
		return "it had to go out by " + p.FinishBy.UTC().Format("2006-01-02 15:04 MST") + why
	case p.LateAfter > 0 && p.LateThen != "post" && now.After(p.SlotAt.Add(p.LateAfter)):
		return "it was due " + spoken.Duration(now.Sub(p.SlotAt)) + " earlier, and may be at most " + spoken.Duration(p.LateAfter) + " late" + why
	}
	return ""
}
