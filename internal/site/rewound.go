package site

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"magpie/internal/store"
)

// Window is the mark of a restored database: between which instants, in
// milliseconds, it is not known what went out.
const Window = "not known between"

// ClockSlack is how far back the first of them is set: clocks differ.
const ClockSlack = 10 * time.Minute

// ErrUnmatched means that it is not known yet what went out before the database
// was restored.
var ErrUnmatched = errors.New("the database was restored from a backup, and what was posted since is not known yet: start “magpie " +
	"run”, which finds out by itself")

// BeatFile is where this machine keeps how far the database has been.
func (s *Site) BeatFile() string { return strings.TrimSuffix(s.KeyFile(), ".key") + ".beat" }

// RestoredFrom is from when the database was, zero if it was not restored.
func (s *Site) RestoredFrom(ctx context.Context) (time.Time, error) {
	mark, err := s.DB.Mark(ctx, store.Restored)
	if err == nil && mark == "" {
		mark, err = s.DB.Mark(ctx, store.BackupOf) // in place, and not yet at work
	}
	if err != nil || mark == "" {
		return time.Time{}, err
	}
	ms, err := strconv.ParseInt(mark, 10, 64)
	return store.Time(ms), err
}

// Span is a time of which the database knows nothing, in milliseconds.
type Span struct{ From, To int64 }

// String is the span as the mark keeps it.
func (s Span) String() string { return fmt.Sprintf("%d-%d", s.From, s.To) }

// Holds tells whether an instant lies in the span.
func (s Span) Holds(at time.Time) bool {
	ms := store.Ms(at)
	return s.To != 0 && ms >= s.From-ClockSlack.Milliseconds() && ms <= s.To
}

// Dark is the time of which the database knows nothing, because it was restored.
func (s *Site) Dark(ctx context.Context) (unseen Span, err error) {
	mark, err := s.DB.Mark(ctx, Window)
	if err != nil || mark == "" {
		return unseen, err
	}
	_, err = fmt.Sscanf(mark, "%d-%d", &unseen.From, &unseen.To)
	return unseen, err
}

// Unseen tells whether something was said when the database did not see it.
func (s *Site) Unseen(ctx context.Context, at time.Time) (bool, error) {
	dark, err := s.Dark(ctx)
	return dark.Holds(at), err
}
