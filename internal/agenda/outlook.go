package agenda

import (
	"context"
	"slices"
	"time"

	"magpie/internal/outbox"
	"magpie/internal/pause"
	"magpie/internal/plan"
	"magpie/internal/site"
	"magpie/internal/workspace"
)

// Outlook says when a post that was just written down goes out, or for what it waits.
func (g *Agenda) Outlook(ctx context.Context, p *outbox.Post) (string, error) {
	pauses, err := pause.All(ctx, g.DB.Read)
	if err != nil {
		return "", err
	}
	machines, err := site.AtWork(ctx, g.DB)
	if err != nil {
		return "", err
	}
	now, at := g.Clock(), p.SlotAt
	if at.Before(now) {
		at = now
	}
	a := g.Set().Accounts[p.Account]
	if a == nil {
		return "waits, for the account " + p.Account + " is not in the files", nil
	}
	if i := slices.IndexFunc(pauses, func(x pause.Row) bool { return x.Scope == pause.SignedOut && x.Name == a.Name }); i >= 0 {
		return "waits until the account is signed in again: magpie accounts login " + a.Name, nil
	}
	still, until := plan.Quiet(a, at)
	switch why := paused(pauses, p); {
	case why != "":
		return "waits, for there is a pause: " + why, nil
	case still && p.Exempt:
	case still:
		return "waits for the end of the quiet hours of " + a.Name + ": " + byClock(a, until), nil
	}
	if says, err := g.fullPace(ctx, a, p, at); err != nil || says != "" {
		return says, err
	}
	if at.After(now) {
		return "goes out on " + byClock(a, at), nil
	}
	if machines == 0 {
		return "goes out at once when a bot runs, and none does now (magpie run)", nil
	}
	return "goes out at once", nil
}

// fullPace says until when the account's pace, after what is out by now, has no room for a post that is due at an instant; "": it has.
func (g *Agenda) fullPace(ctx context.Context, a *workspace.Account, p *outbox.Post, at time.Time) (string, error) {
	r, kind := a.Pace.Direct, outbox.Direct
	if p.Kind == outbox.Public {
		r, kind = a.Pace.Posts, outbox.Public
	}
	if r == nil || p.Exempt || p.Kind == outbox.Answer || p.Follows != "" {
		return "", nil
	}
	n, err := outbox.CountSince(ctx, g.DB.Read, a.Name, kind, at.Add(-r.Per))
	if err != nil || n < r.Count {
		return "", err
	}
	says := "waits for the pace of " + a.Name + " (" + r.String() + ")"
	if p.Kind == outbox.Segment {
		says = "its posts wait for the pace of " + a.Name + " (" + r.String() + ")"
	}
	last, err := outbox.SentBefore(ctx, g.DB.Read, a.Name, kind, r.Count-1)
	if last.IsZero() { // some are under way, or asked about
		return says, err
	}
	return says + ": " + byClock(a, last.Add(r.Per)) + " at the earliest", err
}

// byClock is an instant by an account's clock, with its zone.
func byClock(a *workspace.Account, t time.Time) string {
	return t.In(a.Timezone.Location).Format("Mon 2006-01-02 15:04 ") + a.Timezone.Location.String()
}
