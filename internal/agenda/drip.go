package agenda

import (
	"context"
	"maps"
	"slices"
	"time"

	"magpie/internal/compose"
	"magpie/internal/outbox"
	"magpie/internal/pause"
	"magpie/internal/plan"
	"magpie/internal/workspace"
)

// underWay notes at the mailings how many of their posts wait, and adds those that are not among the forecasts: their time has passed.
func (g *Agenda) underWay(ctx context.Context, all []Forecast, pauses []pause.Row) ([]Forecast, error) {
	waiting, err := outbox.UnderWay(ctx, g.DB.Read)
	if err != nil {
		return nil, err
	}
	for _, id := range slices.Sorted(maps.Keys(waiting)) {
		i := slices.IndexFunc(all, func(f Forecast) bool { return f.Post.ID == id })
		if i < 0 {
			p, err := outbox.ByID(ctx, g.DB.Read, id)
			if err != nil {
				return nil, err
			}
			if p == nil || g.Set().Accounts[p.Account] == nil {
				continue
			}
			a := g.Set().Accounts[p.Account]
			f := Forecast{Post: p, At: p.SlotAt.In(a.Timezone.Location), Account: a, State: string(p.State), Paused: paused(pauses, p)}
			if err := g.read(ctx, &f); err != nil {
				return nil, err
			}
			all, i = append(all, f), len(all)
		}
		all[i].Still = waiting[id]
	}
	return all, nil
}

// dripped tells when the last post of each mailing is out: they go one after the other, for an account's pace is for all of its posts
// to people.
func (g *Agenda) dripped(ctx context.Context, all []Forecast) error {
	drips := map[string]*drip{}
	for i := range all {
		f := &all[i]
		n := f.To + f.Still
		if f.Post.Kind == outbox.Public || f.Problem != "" || n == 0 || f.State == string(outbox.Sent) {
			continue
		}
		d := drips[f.Account.Name]
		if d == nil {
			var err error
			if d, err = g.drip(ctx, f.Account); err != nil {
				return err
			}
			drips[f.Account.Name] = d
		}
		due := later(f.At, g.Clock())
		out := d.out(due, n).In(f.At.Location())
		if f.Post.Kind == outbox.Direct {
			if out.After(due) && f.Waits == "" {
				f.Waits = "for the pace of " + f.Account.Name + " (" + f.Account.Pace.Direct.String() + "), until " + f.clock(out)
			}
			continue
		}
		f.LastOut = out
		f.Misses = !out.Before(compose.FinishBy(f.Post))
	}
	return nil
}

// drip is how an account's posts to people go out at its pace: so many at an instant, and as many again when the span is over.
type drip struct {
	a    *workspace.Account
	at   time.Time // when the last of them went out
	room int       // for more at that instant
}

// drip begins with what went out by now.
func (g *Agenda) drip(ctx context.Context, a *workspace.Account) (*drip, error) {
	d, r := &drip{a: a, at: g.Clock()}, a.Pace.Direct
	if r == nil {
		return d, nil
	}
	n, err := outbox.CountSince(ctx, g.DB.Read, a.Name, outbox.Direct, d.at.Add(-r.Per))
	if d.room = r.Count - n; d.room > 0 || err != nil {
		return d, err
	}
	d.room = 0
	if last, err := outbox.SentBefore(ctx, g.DB.Read, a.Name, outbox.Direct, r.Count-1); err != nil || !last.IsZero() {
		d.at = last // room for as many again a span later
		return d, err
	}
	return d, nil
}

// out is when the last of n posts that are due is out; quiet hours are left out.
func (d *drip) out(due time.Time, n int) time.Time {
	r := d.a.Pace.Direct
	if due.After(d.at) && r != nil && due.Sub(d.at) >= r.Per {
		d.room = r.Count
	}
	d.at = d.loud(later(d.at, due))
	for r != nil && n > d.room {
		n -= d.room
		d.at, d.room = d.loud(d.at.Add(r.Per)), r.Count
	}
	d.room -= n
	return d.at
}

// loud is the first instant from one on that is in no quiet hours.
func (d *drip) loud(at time.Time) time.Time {
	if still, until := plan.Quiet(d.a, at); still {
		return until
	}
	return at
}
