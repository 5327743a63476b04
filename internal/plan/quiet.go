package plan

import (
	"time"

	"magpie/internal/scalar"
	"magpie/internal/workspace"
)

// Quiet tells whether an account keeps quiet now, and until when.
func Quiet(a *workspace.Account, now time.Time) (bool, time.Time) {
	zone := a.Timezone.Location
	if a.Quiet == nil || !a.Quiet.Contain(now.In(zone)) {
		return false, now
	}
	return true, endOfQuiet(a.Quiet, now, zone)
}

func endOfQuiet(h *scalar.Hours, now time.Time, zone *time.Location) time.Time {
	l := now.In(zone)
	end := time.Date(l.Year(), l.Month(), l.Day(), h.To/60, h.To%60, 0, 0, time.UTC)
	if t := Instant(end, zone); t.After(now) {
		return t
	}
	return Instant(end.AddDate(0, 0, 1), zone)
}
