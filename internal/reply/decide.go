package reply

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"magpie/internal/answer"
	"magpie/internal/compose"
	"magpie/internal/coupon"
	"magpie/internal/crash"
	"magpie/internal/inbox"
	"magpie/internal/need"
	"magpie/internal/outbox"
	"magpie/internal/people"
	"magpie/internal/queue"
	"magpie/internal/scalar"
	"magpie/internal/site"
	"magpie/internal/workspace"
)

// Decide is the work on one mention: it becomes an answer in the outbox, a
// place at the desk, or silence. Doing it again changes nothing.
func (r *Replier) Decide(ctx context.Context, id string) error {
	m, err := inbox.One(ctx, r.DB.Read, id)
	if err != nil || m == nil || m.State != inbox.New {
		return err
	}
	since, err := r.RestoredFrom(ctx)
	if err != nil {
		return err
	}
	if !since.IsZero() {
		return queue.Later(site.Sweep) // decided when it is known what went out: see allMatched
	}
	older, err := inbox.Before(ctx, r.DB.Read, m)
	if err != nil {
		return err
	}
	var failed error
	for _, o := range older { // what one person says is decided in its order
		failed = errors.Join(failed, r.DecideNow(ctx, o))
	}
	if failed != nil && !answer.Stops(m.Mention, r.Set().Settings.Words.Stop) { // a stop waits for nothing
		return failed
	}
	return errors.Join(failed, r.DecideNow(ctx, m))
}

// DecideNow decides about a mention as it is, and writes down what follows.
func (r *Replier) DecideNow(ctx context.Context, m *inbox.Mention) error {
	c, err := r.decision(ctx, m)
	if err != nil {
		return err
	}
	if err := c.foresee(ctx); err != nil {
		return err
	}
	crash.At("deciding")
	err = r.Write(ctx, func(tx *sql.Tx) error {
		if err := r.InStep(ctx, tx); err != nil {
			return err
		}
		err := c.write(ctx, tx)
		crash.At("answering")
		return err
	})
	if errors.Is(err, site.ErrStale) || errors.Is(err, errOtherwise) {
		return queue.Later(site.Sweep)
	}
	if err != nil {
		return err
	}
	crash.At("answered")
	r.Accounts.Poke(c.d.Account, 0)
	return nil
}

func ruleName(s *workspace.Step) string { return s.Campaign.Name + "/" + s.Name }

// decision is what is done about a mention, in one transaction.
type decision struct {
	b        *Replier
	set      *workspace.Set
	m        *inbox.Mention
	accounts []string // ours that it names, or that saw it
	said     answer.Understood
	d        answer.Decision
	now      time.Time

	// What foresee has found out.
	foreseen *answer.Decision
	worded   string // a model's words for the answer, if any
	already  bool   // answered, though the restored database does not know
	perhaps  string // why nobody knows whether it is
}

// write decides, and writes down what follows, unless that is done.
func (c *decision) write(ctx context.Context, tx *sql.Tx) error {
	if open, err := inbox.IsUndecided(ctx, tx, c.m.ID); err != nil || !open { // somebody decides beside us, and was quicker
		return err
	}
	if len(c.accounts) == 0 {
		return c.note(ctx, tx, inbox.Silent, "", "the account is no longer in the files")
	}
	if err := c.decide(ctx, tx); err != nil {
		return err
	}
	return c.apply(ctx, tx)
}

// apply writes down what follows from the decision.
func (c *decision) apply(ctx context.Context, tx *sql.Tx) error {
	switch c.d.Outcome {
	case answer.OptOut:
		first, err := people.OptOut(ctx, tx, c.m.Person, "mention "+c.m.ID, c.m.At, c.now)
		if err != nil {
			return err
		}
		return c.confirm(ctx, tx, first && !c.m.Author.Bot, compose.OptedOut, goodbye)
	case answer.OptIn:
		was, err := people.OptIn(ctx, tx, c.m.Person, "mention "+c.m.ID, c.m.At, c.now)
		if err != nil {
			return err
		}
		return c.confirm(ctx, tx, was, "opted in again", welcomeBack)
	case answer.Reply:
		return c.reply(ctx, tx)
	case answer.Silent:
		return c.note(ctx, tx, inbox.Silent, "", c.d.Reason)
	}
	return c.note(ctx, tx, inbox.Desk, "", c.d.Reason)
}

func (c *decision) note(ctx context.Context, tx *sql.Tx, s inbox.State, rule, reason string) error {
	_, err := inbox.Decide(ctx, tx, c.m.ID, inbox.Verdict{State: s, Rule: rule, Reason: reason, Cause: c.d.Cause, Account: c.d.Account}, c.now)
	return err
}

// confirm says once that we have understood.
func (c *decision) confirm(ctx context.Context, tx *sql.Tx, speak bool, rule string, words map[string]string) error {
	if !speak || c.already || c.m.Ref == "" {
		return c.note(ctx, tx, inbox.Silent, rule, c.d.Reason+" (already known and confirmed)")
	}
	language, err := people.Language(ctx, tx, c.m.Person)
	if err != nil {
		return err
	}
	p := c.post(language)
	p.Campaign, p.Step, p.Exempt, p.Private = rule, rule, true, c.m.Direct
	p.Text = in(words, p.Language)
	if _, err := outbox.Add(ctx, tx, p, c.now); err != nil {
		return err
	}
	return c.note(ctx, tx, inbox.Answered, rule, c.d.Reason)
}

// post is an answer without words. theirs is the language of the person's record, if it has one.
func (c *decision) post(theirs string) *outbox.Post {
	language := answer.Language(c.m.Text, c.m.Language, theirs, c.set.Accounts[c.d.Account].Language)
	return &outbox.Post{Key: "answer/" + c.m.ID, Kind: outbox.Answer, Account: c.d.Account, Person: c.m.Person,
		Recipient: people.Encode(c.m.Author),
		Mention:   c.m.ID, Ref: string(c.m.Ref), Language: language, Occurrence: c.m.ID, SlotAt: c.now}
}

// reply writes the rule's answer into the outbox, with a code reserved if it
// shows one, and notes the consent that the rule grants.
func (c *decision) reply(ctx context.Context, tx *sql.Tx) error {
	s := c.d.Step
	if c.already {
		if s.Grants != "" && !c.d.Others {
			if _, err := people.Grant(ctx, tx, c.m.Person, c.d.Account, "mention "+c.m.ID, c.m.At, c.now); err != nil {
				return err
			}
		}
		return c.note(ctx, tx, inbox.Answered, ruleName(s), "answered before the database was restored")
	}
	language, err := people.Language(ctx, tx, c.m.Person)
	if err != nil {
		return err
	}
	p := c.post(language)
	p.ID = outbox.ID(p.Key)
	p.Campaign, p.Step, p.Segment, p.Text = s.Campaign.Name, s.Name, s.For, c.worded
	p.Template = s.Say.For(c.d.Account)
	p.Private = c.m.Direct || c.set.Personal(s)
	if c.d.Others {
		p.Template, p.Segment, p.Private = s.SayOthers, "", c.m.Direct || s.Private
	}
	if offer := c.set.OfferOf(s); offer != nil && compose.ShowsCode(c.set, offer, p) {
		if why, err := c.crowd(ctx, tx); err != nil || why != "" {
			return errors.Join(err, c.note(ctx, tx, inbox.Desk, "", why))
		}
	}
	if p.Private && !c.m.Direct {
		may, err := c.b.Composer.Heard(ctx, tx, c.set.Accounts[c.d.Account], c.m.Person)
		if err != nil {
			return err
		}
		if !may {
			return c.invite(ctx, tx)
		}
	}
	code, err := c.b.Composer.Reserve(ctx, tx, c.set, c.set.OfferOf(s), p, c.now)
	if errors.Is(err, coupon.ErrNone) || errors.Is(err, coupon.ErrUsed) || errors.Is(err, coupon.ErrExpired) ||
		errors.Is(err, coupon.ErrHeld) {
		return c.noCode(ctx, tx, err)
	}
	if err != nil {
		return err
	}
	p.Code = code
	added, err := outbox.Add(ctx, tx, p, c.now)
	if err == nil && !added {
		err = errors.New("the mention has an answer already") // which takes the code back
	}
	if err != nil {
		return err
	}
	if s.Grants != "" && !c.d.Others {
		if _, err := people.Grant(ctx, tx, c.m.Person, c.d.Account, "mention "+c.m.ID, c.m.At, c.now); err != nil {
			return err
		}
	}
	return c.note(ctx, tx, inbox.Answered, ruleName(s), "")
}

// manyPerServer is how many people of one server get a code of an offer, and within
// what time, unless magpie.yaml says otherwise: whoever runs a server makes as many
// accounts there as they like.
var manyPerServer = scalar.Rate{Count: 100, Per: time.Hour}

func (r *Replier) codesPerServer() scalar.Rate {
	if files := r.Set().Settings.CodesPerServer; files != nil {
		return *files
	}
	return manyPerServer
}

// crowd says that many people of one server have had a code of late, and tells a person so.
func (c *decision) crowd(ctx context.Context, tx *sql.Tx) (string, error) {
	offer := c.set.OfferOf(c.d.Step)
	_, server, _ := strings.Cut(c.m.Author.Handle, "@")
	if offer == nil || offer.Codes.Kind == "shared" || server == "" || c.d.Others {
		return "", nil
	}
	most := c.b.codesPerServer()
	n, err := inbox.AnswersTo(ctx, tx, ruleName(c.d.Step), c.m.Network, people.Fold(server), c.now.Add(-most.Per))
	if err != nil || n < most.Count {
		return "", err
	}
	text := fmt.Sprintf("%d people of %s have had codes of %s, and %s are allowed: more of them wait at the desk "+
		"(codes_per_server in magpie.yaml)",
		n, server, offer.Name, most)
	_, err = c.b.RaiseIn(ctx, tx, need.Crowd, offer.Name+" "+server, text)
	return "many people of " + server + " have had a code of late (codes_per_server)", err
}

// noCode hands a claim to a person, and says if the offer has run dry.
func (c *decision) noCode(ctx context.Context, tx *sql.Tx, why error) error {
	if errors.Is(why, coupon.ErrNone) {
		offer := c.set.OfferOf(c.d.Step)
		if _, err := c.b.RaiseIn(ctx, tx, need.NoCodes, offer.Name, compose.NoCodesLeft(offer)); err != nil {
			return err
		}
	}
	return c.note(ctx, tx, inbox.Desk, "", why.Error())
}
