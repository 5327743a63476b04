package reply

import (
	"context"
	"errors"
	"time"

	"magpie/internal/answer"
	"magpie/internal/inbox"
	"magpie/internal/network"
	"magpie/internal/pause"
	"magpie/internal/people"
	"magpie/internal/store"
)

// errOtherwise ends a decision that is another one than was foreseen: what was found out for that one does not fit.
var errOtherwise = errors.New("what is known has changed meanwhile")

// decision understands a mention, by the files as they are.
func (r *Replier) decision(ctx context.Context, m *inbox.Mention) (*decision, error) {
	set := r.Set()
	selves, err := inbox.Selves(ctx, r.DB)
	if err != nil {
		return nil, err
	}
	c := &decision{b: r, set: set, m: m, d: answer.Decision{Account: m.Account}, accounts: named(set, selves, m)}
	if len(c.accounts) > 0 {
		c.said = answer.Understand(set, m.Mention, c.accounts, own(set, selves, m))
	}
	return c, nil
}

// foresee finds out what takes longer than a transaction may: whether the network has an answer of ours that a restored database does
// not know, and a model's words. Most decisions need neither.
func (c *decision) foresee(ctx context.Context) error {
	if len(c.accounts) == 0 {
		return nil
	}
	unseen, err := c.b.Unseen(ctx, c.m.At)
	if err != nil || !unseen && !c.said.Asks() {
		return err
	}
	if err := c.decide(ctx, c.b.DB.Read); err != nil {
		return err
	}
	d := c.d
	if unseen {
		if err := c.lookForAnswer(ctx, d); err != nil {
			return err
		}
	}
	if !c.already && d.Outcome == answer.Reply && d.Step.Ask != nil && !d.Others {
		c.worded = c.b.ask(ctx, c.set, d.Step, c.m)
	}
	c.foreseen = &d
	return nil
}

// lookForAnswer asks the network whether it has an answer of ours to a mention from the time that a restored database does not know.
func (c *decision) lookForAnswer(ctx context.Context, d answer.Decision) error {
	a := c.set.Accounts[d.Account]
	if a == nil {
		return nil
	}
	done, err := c.b.Accounts.Guest(ctx, a).Answered(ctx, c.m.Ref, nil)
	switch c.already = done; network.ReasonOf(err) {
	case network.Refused: // it is gone, or can't have answers
		return nil
	case network.Unproven:
		c.already, c.perhaps = true, "perhaps answered before the database was restored: "+err.Error()
		return nil
	}
	return err
}

// decide goes by what q shows.
func (c *decision) decide(ctx context.Context, q store.Querier) error {
	c.now = c.b.Clock()
	f, err := c.facts(ctx, q)
	if err != nil {
		return err
	}
	c.d = answer.Decide(c.said, f)
	if c.d.Outcome == answer.Reply && c.perhaps != "" {
		c.d = answer.Decision{Outcome: answer.Desk, Account: c.d.Account, Reason: c.perhaps}
	}
	if was := c.foreseen; was != nil && c.d.Speaks() && (c.d.Account != was.Account || c.d.Step != was.Step || c.d.Others != was.Others) {
		return errOtherwise
	}
	return nil
}

// facts are what answer.Decide has to know.
func (c *decision) facts(ctx context.Context, q store.Querier) (f answer.Facts, err error) {
	if f.Now = c.now; c.said.Ours() {
		return f, nil
	}
	var errs [4]error
	f.OptedOut, errs[0] = people.OptedOut(ctx, q, c.m.Person)
	f.Left, errs[1] = people.StoppedSince(ctx, q, c.m.Person, c.m.At)
	f.Answers, errs[2] = inbox.Answers(ctx, q, "", c.m.Person, "", c.now.Add(-time.Hour))
	f.Paused, errs[3] = pause.Campaigns(ctx, q)
	if err := errors.Join(errs[:]...); err != nil {
		return f, err
	}
	for _, r := range c.said.Rules {
		var about answer.RuleFacts
		open := c.said.Closed(r, f) == ""
		if open {
			if about, err = c.about(ctx, q, r); err != nil {
				return f, err
			}
		}
		f.Rules = append(f.Rules, about)
		if open && r.Denied(about) == "" {
			break
		}
	}
	return f, nil
}

// about are the facts of one rule.
func (c *decision) about(ctx context.Context, q store.Querier, r answer.Rule) (out answer.RuleFacts, err error) {
	count := func(person int64, account string, per time.Duration) (int, error) {
		return inbox.Answers(ctx, q, ruleName(r.Step), person, account, c.now.Add(-per))
	}
	var errs [3]error
	if s := r.Step.For; s != "" {
		out.Member, errs[0] = people.In(ctx, q, c.set.Segments[s], c.m.Person, r.Account, c.now)
	}
	if p := r.Step.PerPerson; p != nil {
		out.ToPerson, errs[1] = count(c.m.Person, "", p.Per)
	}
	if l := r.Step.Limit; l != nil {
		out.ByAccount, errs[2] = count(0, r.Account, l.Per)
	}
	return out, errors.Join(errs[:]...)
}
