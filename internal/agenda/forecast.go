package agenda

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"magpie/internal/accounts"
	"magpie/internal/compose"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/pause"
	"magpie/internal/people"
	"magpie/internal/plan"
	"magpie/internal/render"
	"magpie/internal/store"
	"magpie/internal/workspace"
)

// Forecast is one post, or one occurrence to people, as it would go out.
type Forecast struct {
	Post    *outbox.Post
	At      time.Time // in the account's zone
	Account *workspace.Account
	Text    string
	Size    network.Size
	State   string // what the outbox says of it, or "new"
	Problem string // why it would not go out
	Paused  string // why it waits, and how that ends
	Waits   string // until when, for the account's quiet hours
	To      int    // people; 0 for a public post
	Still   int    // of a mailing whose posts are made: how many wait
	LeftOut map[string]int
	Codes   *Codes
	LastOut time.Time     // at the account's pace; zero for a public post
	Misses  bool          // LastOut is after finish_by
	Parts   int           // of a thread; 1: it is none
	Price   network.Price // what the network charges for it, for all that get it

	Pictures  []string // each with what it shows in words
	Clickable []string // links and tags, on networks where the connector says which those are
}

// Codes are those an occurrence needs.
type Codes struct {
	Offer   string `json:"offer"`
	Needed  int    `json:"needed"`
	Left    int    `json:"left"`
	Bounded bool   `json:"bounded"` // Left is a bound
}

// Forecasts tells what would go out in [from, to), with the real texts.
func (g *Agenda) Forecasts(ctx context.Context, from, to time.Time) (out []Forecast, err error) {
	set := g.Set()
	turns, err := g.turns(ctx)
	if err != nil {
		return nil, err
	}
	pauses, err := pause.All(ctx, g.DB.Read)
	if err != nil {
		return nil, err
	}
	for _, o := range plan.Between(set, from, to) {
		f, err := g.forecast(ctx, set, o, turns)
		if err != nil {
			return nil, err
		}
		if f.State == "new" && f.Problem == "" && o.At.Before(g.Clock().Add(-time.Duration(o.Step.Late.After))) {
			f.Problem = missedReason
		}
		f.Paused = paused(pauses, f.Post)
		g.hush(&f)
		out = append(out, f)
	}
	more, err := g.pushes(ctx, from, to, pauses)
	if err != nil {
		return nil, err
	}
	out = append(out, more...)
	if out, err = g.underWay(ctx, out, pauses); err != nil {
		return nil, err
	}
	slices.SortStableFunc(out, func(a, b Forecast) int { return a.At.Compare(b.At) })
	if err := errors.Join(g.paced(ctx, out), g.dripped(ctx, out)); err != nil {
		return nil, err
	}
	return out, g.afford(ctx, out)
}

// clock is an instant by the account's clock, with its day if that is not the post's.
func (f *Forecast) clock(t time.Time) string {
	t = t.In(f.Account.Timezone.Location)
	if t.Format(time.DateOnly) == f.At.Format(time.DateOnly) {
		return t.Format("15:04")
	}
	return t.Format("2006-01-02 15:04")
}

// later is the later of two instants: what is due goes out from now on.
func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// paced tells what each account's pace makes of its public posts: they wait, and may be too
// late by then.
func (g *Agenda) paced(ctx context.Context, all []Forecast) (err error) {
	outs := map[string][]time.Time{} // when they go out, by account, the first first
	for i := range all {
		f := &all[i]
		r := f.Account.Pace.Posts
		if r == nil || f.Problem != "" || f.Post.Kind != outbox.Public || f.State == string(outbox.Sent) {
			continue
		}
		went, known := outs[f.Account.Name]
		if !known {
			if went, err = outbox.SentTimes(ctx, g.DB.Read, f.Account.Name, outbox.Public, g.Clock().Add(-r.Per)); err != nil {
				return err
			}
		}
		at := later(f.Post.SlotAt, g.Clock())
		for moved := true; moved; {
			next := at
			if n := len(went) - r.Count; n >= 0 && went[n].Add(r.Per).After(next) {
				next = went[n].Add(r.Per)
			}
			if still, until := plan.Quiet(f.Account, next); still && !f.Post.Exempt {
				next = until
			}
			moved, at = next.After(at), next
		}
		says := "the pace of " + f.Account.Name + " (" + r.String() + ")"
		late := outbox.LateAt(f.Post)
		switch slow := len(went) >= r.Count && at.After(later(f.Post.SlotAt, g.Clock())); {
		case slow && late > 0 && store.Ms(at) >= late:
			f.Problem = says + " has room for it at " + f.clock(at) + " only, and then it is too late by its step's rule (late: or finish_by:)"
			outs[f.Account.Name] = went
			continue
		case slow:
			f.Waits = "for " + says + ", until " + f.clock(at)
		}
		outs[f.Account.Name] = append(went, at)
	}
	return nil
}

// pushes are the one-off posts that have not gone out: public ones, and those to a segment or a person.
func (g *Agenda) pushes(ctx context.Context, from, to time.Time, pauses []pause.Row) (out []Forecast, err error) {
	if !from.After(g.Clock()) { // those that are due wait for something, and go out still
		from = time.Time{}
	}
	set := g.Set()
	all, err := outbox.WaitingAlone(ctx, g.DB.Read, compose.PushCampaign, from, to)
	for _, p := range all {
		a := set.Accounts[p.Account]
		if a == nil {
			continue
		}
		f := Forecast{Post: p, At: p.SlotAt.In(a.Timezone.Location), Account: a, State: string(p.State), Paused: paused(pauses, p), Parts: 1}
		if err := g.read(ctx, &f); err != nil {
			return nil, err
		}
		switch {
		case p.Kind == outbox.Direct:
			f.To = 1
		case p.Kind == outbox.Segment && f.Text != "":
			if err := g.audience(ctx, set, &f); err != nil {
				return nil, err
			}
		}
		g.hush(&f)
		out = append(out, f)
	}
	return out, err
}

// hush tells what the account's quiet hours make of a post: it waits for their end, and
// may be too late by then.
func (g *Agenda) hush(f *Forecast) {
	still, until := plan.Quiet(f.Account, later(f.Post.SlotAt, g.Clock()))
	if !still || f.Post.Exempt || f.Problem != "" {
		return
	}
	end := f.clock(until)
	switch late := outbox.LateAt(f.Post); {
	case late == 0 || store.Ms(until) < late:
		f.Waits = "for the end of the quiet hours of " + f.Account.Name + " at " + end
	case f.Post.LateThen == "ask":
		f.Problem = "the quiet hours of " + f.Account.Name + " end at " + end + ", and then it is too late by its step's rule (late:): it " +
			"would wait for “magpie outbox settle”"
	default:
		f.Problem = "the quiet hours of " + f.Account.Name + " end at " + end + ", and then it is too late by its step's " +
			"rule (late: or finish_by:)"
	}
}

// paused says why a post waits.
func paused(all []pause.Row, p *outbox.Post) string {
	for _, x := range all {
		if x.Halts(p.Account, p.Campaign) {
			return x.Says()
		}
	}
	return ""
}

// Missed are the steps of the last week whose time passed before they were planned.
func (g *Agenda) Missed(ctx context.Context) (out []Forecast, err error) {
	now, set := g.Clock(), g.Set()
	turns, err := g.turns(ctx)
	if err != nil {
		return nil, err
	}
	for _, o := range plan.Passed(set, now) {
		if o.At.Before(now.Add(-Ahead)) || now.Sub(o.At) < time.Duration(o.Step.Late.After) {
			continue
		}
		f, err := g.forecast(ctx, set, o, turns)
		if err != nil {
			return nil, err
		}
		if f.State == "new" {
			f.Problem = missedReason
			out = append(out, f)
		}
	}
	return out, nil
}

// afford says of which posts the account's budget is used up before.
func (g *Agenda) afford(ctx context.Context, all []Forecast) error {
	spent := map[string]network.Price{} // by account and month
	for i := range all {
		f := &all[i]
		bounds := accounts.Bounds(f.Account)
		if f.Price == 0 || bounds.Budget == 0 || f.State == string(outbox.Sent) {
			continue
		}
		month := later(f.At, g.Clock()).In(bounds.Zone).Format("2006-01")
		key := f.Account.Name + " " + month
		if _, known := spent[key]; !known && month == g.Clock().In(bounds.Zone).Format("2006-01") {
			s, err := g.Accounts.Meter(f.Account).Spent(ctx)
			if err != nil {
				return err
			}
			spent[key] = s.Month
		}
		if spent[key]+f.Price > bounds.For(network.ForPosts) {
			f.Problem = cmp.Or(f.Problem, "the account's "+bounds.String()+" does not cover it: it would have to wait, and become late")
			continue
		}
		spent[key] += f.Price
	}
	return nil
}

func (g *Agenda) forecast(ctx context.Context, set *workspace.Set, o plan.Occurrence, turns turns) (Forecast, error) {
	p := turns.next(set, o)
	p.ID = outbox.ID(p.Key)
	f := Forecast{Post: p, At: o.At.In(o.Account.Timezone.Location), Account: o.Account, State: "new"}
	if known, err := outbox.ByKey(ctx, g.DB.Read, p.Key); err != nil {
		return f, err
	} else if known != nil {
		f.State = string(known.State)
		p.ApprovedBy, p.Turn, p.Cursor = known.ApprovedBy, known.Turn, known.Cursor
		if s := known.State; s == outbox.Withdrawn || s == outbox.Refused || s == outbox.Recalled {
			f.Problem = cmp.Or(known.Reason, "it was "+f.State)
		}
	} else {
		turns.taken(p)
		if p.Approval {
			f.State = "needs approval"
		}
	}
	if err := g.read(ctx, &f); err != nil || f.Text == "" {
		return f, err
	}
	if p.Kind != outbox.Segment {
		return f, nil
	}
	return f, g.audience(ctx, set, &f)
}

// read fills in what a post reads like, how long it is, what it shows and costs.
func (g *Agenda) read(ctx context.Context, f *Forecast) error {
	c, err := g.Composer.Preview(ctx, f.Post, f.Post.SlotAt)
	var stop *outbox.Stop
	if err != nil && !errors.As(err, &stop) {
		return err
	}
	if stop != nil {
		f.Problem = cmp.Or(f.Problem, stop.Reason)
		return nil
	}
	handle := ""
	if c.Draft.To != nil {
		handle = c.Draft.To.Handle
	}
	if f.Text, f.Size = render.Fit(f.Account.Kind, g.Accounts.Limits(ctx, f.Account), c.Draft.Text, handle, c.Draft.Direct); !f.Size.Fits() {
		f.Problem = "too long"
	}
	if len(c.Rest) > 0 {
		f.Text = strings.Join(append([]string{f.Text}, c.Rest...), "\n\n")
	}
	f.Parts = 1 + len(c.Rest)
	if of := f.Account.Kind.Clickable; of != nil {
		f.Clickable = of(f.Text)
	}
	for _, i := range c.Draft.Images {
		f.Pictures = append(f.Pictures, i.Name+": "+i.Alt)
	}
	if f.Account.Kind.Price != nil {
		f.Price = accounts.ThreadPrice(f.Account, c)
	}
	return nil
}

// audience counts who gets a segment's post, who does not and why, whether
// there are codes for all, and when the last one is out at the account's pace.
func (g *Agenda) audience(ctx context.Context, set *workspace.Set, f *Forecast) (err error) {
	switch {
	case f.State == string(outbox.Expanded): // its posts are there
		return nil
	case set.Segments[f.Post.Segment] == nil:
		f.Problem = "the segment " + f.Post.Segment + " is no longer in the files"
		return nil
	case f.Post.Cursor > 0: // its posts are being made
		return nil
	}
	f.To, f.LeftOut, err = people.Audience(ctx, g.DB.Read, set.Segments[f.Post.Segment], f.Account.Name, f.Account.Network, f.At)
	if err != nil {
		return err
	}
	if c := set.Campaigns[f.Post.Campaign]; c != nil && c.Holdout > 0 {
		held := f.To * int(c.Holdout) / 100 // about: they are drawn when the mailing begins
		f.To, f.LeftOut[outbox.HeldOut+" (about so many)"] = f.To-held, held
	}
	if had, err := g.attention(ctx, f); err != nil {
		return err
	} else if had > 0 {
		f.To, f.LeftOut[outbox.HadAttention] = f.To-min(had, f.To), had
	}
	offer := g.Composer.OfferOf(set, compose.Step(set, f.Post), f.Post)
	if offer != nil && offer.Codes.Kind != "shared" && compose.ShowsCode(set, offer, f.Post) {
		f.Codes = &Codes{Offer: offer.Name, Needed: f.To}
		if f.Codes.Left, f.Codes.Bounded, err = g.Composer.Left(ctx, offer); err != nil {
			return err
		}
	}
	f.Price *= network.Price(f.To)
	return nil
}
