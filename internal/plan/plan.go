// Package plan tells which posts should exist between two instants. It is
// pure: workspace and instants in, occurrences out. Planning in two halves
// gives the same as planning in one go, and the same slot always has the same
// key, so that planning twice adds nothing.
package plan

import (
	"cmp"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"magpie/internal/scalar"
	"magpie/internal/workspace"
)

// Occurrence is one time that a step is due on one account.
type Occurrence struct {
	Step     *workspace.Step
	Account  *workspace.Account
	Wall     string    // local date and time: the name of the occurrence
	At       time.Time // when it goes out, jitter included
	FinishBy time.Time // zero: no bound
}

// Key names an occurrence for ever.
func (o Occurrence) Key() string {
	return strings.Join([]string{o.Step.Campaign.Name, o.Step.Name, o.Wall, o.Account.Name}, "/")
}

// Between returns the occurrences due in [from, to), in order.
func Between(set *workspace.Set, from, to time.Time) (out []Occurrence) {
	for _, c := range set.Campaigns {
		for _, s := range c.Steps {
			for _, name := range s.Accounts {
				out = append(out, ofStep(set, s, set.Accounts[name], from, to)...)
			}
		}
	}
	slices.SortFunc(out, func(a, b Occurrence) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Key(), b.Key()))
	})
	return out
}

// Passed returns the steps of one day whose time was before an instant, in
// campaigns that are not over then.
func Passed(set *workspace.Set, before time.Time) (out []Occurrence) {
	for _, c := range set.Campaigns {
		for _, s := range c.Steps {
			for _, name := range s.Accounts {
				a := set.Accounts[name]
				if s.At == nil || c.Until != nil && before.After(Instant(c.Until.AddDate(0, 0, 1), a.Timezone.Location)) {
					continue
				}
				out = append(out, ofStep(set, s, a, time.Time{}, before)...)
			}
		}
	}
	return out
}

// walk looks for the occurrences of a step on an account in [from, to).
type walk struct {
	set      *workspace.Set
	step     *workspace.Step
	account  *workspace.Account
	zone     *time.Location
	jitter   time.Duration
	from, to time.Time
	out      []Occurrence
}

func ofStep(set *workspace.Set, s *workspace.Step, a *workspace.Account, from, to time.Time) []Occurrence {
	w := &walk{set: set, step: s, account: a, zone: a.Timezone.Location, from: from, to: to}
	switch {
	case s.At != nil:
		w.keep(s.At.Time)
	case s.Cron != "":
		w.cron(s.Cron, nil)
	case s.Schedule != "":
		sch := set.Schedules[s.Schedule]
		w.zone, w.jitter = cmp.Or(sch.Zone, w.zone), time.Duration(sch.Jitter)
		w.cron(sch.Cron, sch.Except)
	}
	return w.out
}

// slack is more than any clock change moves wall time.
const slack = 26 * time.Hour

// cron walks the cron line over wall clock time, where no hour is missing
// and none comes twice; the zone comes in afterwards.
func (k *walk) cron(spec string, except []scalar.Date) {
	line, err := cron.ParseStandard(spec)
	if err != nil {
		return // refused when it was loaded
	}
	end := wall(k.to, k.zone).Add(slack)
	for w := line.Next(wall(k.from, k.zone).Add(-slack - k.jitter)); !w.IsZero() && w.Before(end); w = line.Next(w) {
		if !excepted(except, w) && !leftOut(line, w, k.zone) {
			k.keep(w)
		}
	}
}

// leftOut tells whether a wall time that the clock jumps over is not made up for, at
// the first instant after: what comes every hour anyway is not, nor what would come
// twice at that instant.
func leftOut(line cron.Schedule, w time.Time, zone *time.Location) bool {
	at := Instant(w, zone)
	after := wall(at, zone)
	if after.Equal(w) {
		return false
	}
	fires := func(x time.Time) bool { return line.Next(x.Add(-time.Second)).Equal(x) }
	gap := wall(at.Add(-time.Second), zone).Add(time.Second) // where the clock jumps from
	return fires(w.Add(-time.Hour)) && fires(w.Add(time.Hour)) || fires(after) || !line.Next(gap.Add(-time.Second)).Equal(w)
}

// wall is the wall clock of an instant, as if it were UTC.
func wall(t time.Time, zone *time.Location) time.Time {
	l := t.In(zone)
	return time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), l.Second(), 0, time.UTC)
}

func excepted(days []scalar.Date, w time.Time) bool {
	return slices.ContainsFunc(days, func(d scalar.Date) bool { return d.Equal(w.Truncate(24 * time.Hour)) })
}

// keep adds the occurrence at wall time w if it is due in [from, to) and
// within the campaign's days by the account's clock.
func (k *walk) keep(w time.Time) {
	o := Occurrence{Step: k.step, Account: k.account, Wall: w.Format("2006-01-02 15:04")}
	if w.Second() != 0 {
		o.Wall = w.Format(time.DateTime)
	}
	slot := Instant(w, k.zone)
	o.At = slot.Add(shift(o.Key(), k.jitter))
	day := workspace.Day(slot, k.account.Timezone.Location)
	if o.At.Before(k.from) || !o.At.Before(k.to) || !k.step.Campaign.Runs(day) {
		return
	}
	// A step of one day is planned all the same: when its time comes, or before, it is said that its offer is over.
	if k.step.At == nil && k.set.OfferOf(k.step).Over(day) != "" {
		return
	}
	if k.step.FinishBy != nil {
		o.FinishBy = Instant(k.step.FinishBy.Time, k.account.Timezone.Location)
	}
	k.out = append(k.out, o)
}

// shift is the occurrence's share of the jitter: always the same.
func shift(key string, jitter time.Duration) time.Duration {
	if jitter <= 0 {
		return 0
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(key))
	return (time.Duration(h.Sum64()%uint64(jitter)) / time.Second) * time.Second
}

// Instant is when a wall clock time comes in a zone. One that comes twice (the
// clock goes back) is the first; one that is left out (the clock goes forward)
// is the first instant after.
func Instant(w time.Time, zone *time.Location) time.Time {
	before := offset(w.Add(-slack), zone)
	after := offset(w.Add(slack), zone)
	for _, o := range []time.Duration{max(before, after), min(before, after)} {
		if t := w.Add(-o).In(zone); wall(t, zone).Equal(w.Truncate(time.Second)) {
			return t
		}
	}
	return change(w.Add(-max(before, after)), w.Add(-min(before, after)), zone)
}

func offset(t time.Time, zone *time.Location) time.Duration {
	_, s := t.In(zone).Zone()
	return time.Duration(s) * time.Second
}

// change finds the instant between a and b at which the zone's offset changes.
func change(a, b time.Time, zone *time.Location) time.Time {
	first := offset(a, zone)
	for b.Sub(a) > time.Second {
		if mid := a.Add(b.Sub(a) / 2); offset(mid, zone) == first {
			a = mid
		} else {
			b = mid
		}
	}
	return b.Truncate(time.Second).In(zone)
}
