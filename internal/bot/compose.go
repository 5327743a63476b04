package bot

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"magpie/internal/coupon"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/people"
	"magpie/internal/plan"
	"magpie/internal/policy"
	"magpie/internal/render"
	"magpie/internal/workspace"
)

// PushCampaign is the campaign of posts that belong to no file.
const PushCampaign = "push"

// goneReason marks posts withdrawn because their step left the files; when it
// comes back, so do they.
const goneReason = "the step is no longer in the files"

// goneAccount is why posts of an account that left the files do not go out.
const goneAccount = "the account is no longer in the files"

// staleAnswer is how old a question may be that a rule still answers, when the
// network was away: older ones go to a person.
const staleAnswer = 24 * time.Hour

// step finds the step of a post in the files in force; nil if it has none.
func step(set *workspace.Set, p *outbox.Post) *workspace.Step {
	c := set.Campaigns[p.Campaign]
	if c == nil {
		return nil
	}
	for _, s := range c.Steps {
		if s.Name == p.Step {
			return s
		}
	}
	return nil
}

// compose gives a post its words, from the files in force now.
func (b *Bot) compose(ctx context.Context, p *outbox.Post, now time.Time) (outbox.Composed, error) {
	files := b.set.Load()
	set := files.Set
	a := set.Accounts[p.Account]
	if a == nil {
		return outbox.Composed{Files: files.number}, &outbox.Stop{State: outbox.Withdrawn, Reason: goneAccount}
	}
	if p.Follows != "" { // its words were fixed with those of the first
		ref := b.Kind(a).Ref
		if ref == nil {
			return outbox.Composed{Files: files.number}, &outbox.Stop{State: outbox.Withdrawn, Reason: "there are no threads on " + a.Network + ": the account was on another network when this one began"}
		}
		d := network.Draft{Text: p.Text, Language: p.Language, Unlisted: a.Unlisted, ReplyTo: ref(p.Ref)}
		return outbox.Composed{Draft: d, Files: files.number, Rest: p.Rest}, nil
	}
	s := step(set, p)
	if s == nil && p.Campaign != PushCampaign && !p.Exempt {
		return outbox.Composed{Files: files.number}, &outbox.Stop{State: outbox.Withdrawn, Reason: goneReason, Cause: outbox.Gone}
	}
	offer := b.offerOf(set, s, p)
	if reason := offer.Over(workspace.Day(now, a.Timezone.Location)); reason != "" {
		return outbox.Composed{Files: files.number}, &outbox.Stop{State: outbox.Withdrawn, Reason: reason}
	}
	if p.Kind == outbox.Public { // what an approver saw must not change with the minute
		now = p.SlotAt
	}
	out := outbox.Composed{Until: validUntil(offer, a, now), Files: files.number}
	v, err := b.values(ctx, set, p, s, offer, a, &out)
	if err != nil {
		return out, err
	}
	if p.Code == "" && (p.Kind == outbox.Direct || p.Kind == outbox.Answer) && offer != nil && offer.Codes.Kind != "shared" && showsCode(set, offer, p) {
		return out, &outbox.Stop{State: outbox.Refused, Reason: "the text was changed to show a code, but no code was reserved when the post was planned"}
	}
	text, language, err := words(set, p, s, a, v)
	if err != nil {
		return out, &outbox.Stop{State: outbox.Refused, Reason: err.Error()}
	}
	out.Draft = draft(p, a, text, language)
	out.Draft.Offer, out.Draft.AI = offer != nil, s != nil && s.Ask != nil && p.Text != ""
	limits := b.Limits(ctx, a)
	if out.Draft.Images, err = b.pictures(ctx, set, s, p, limits); err != nil {
		return out, &outbox.Stop{State: outbox.Held, Reason: a.Name + ": " + err.Error()}
	}
	err = b.fit(p, s, a, limits, &out, v)
	out.Hash = hashOf(set, p, s, offer, out) // as it is cut
	if err != nil {
		return out, err
	}
	if err := b.lawful(a, out); err != nil {
		return out, err
	}
	return out, b.alike(ctx, b.DB.Read, set, p, out, recently)
}

// lawful holds what goes out against the network's rules, as the files were held
// when they were read: words that were pushed, or made by a model, are in no file.
func (b *Bot) lawful(a *workspace.Account, c outbox.Composed) error {
	if a.Kind.Check == nil || b.Sandbox != "" {
		return nil
	}
	d := c.Draft
	for _, d.Text = range append([]string{d.Text}, c.Rest...) {
		if f := a.Kind.Check(d, a.Settings()); f != nil {
			return &outbox.Stop{State: outbox.Refused, Reason: policy.Of(f.Rule).Says(f.Text) + ": " + policy.Of(f.Rule).Way}
		}
	}
	return nil
}

func (b *Bot) offerOf(set *workspace.Set, s *workspace.Step, p *outbox.Post) *workspace.Offer {
	if s != nil {
		return set.OfferOf(s)
	}
	return set.Offers[p.Step] // a pushed coupon carries the offer's name there
}

// endOf is the end of the offer's last day by the account's clock.
func endOf(o *workspace.Offer, a *workspace.Account) time.Time {
	return plan.Instant(o.Until.AddDate(0, 0, 1), a.Timezone.Location).Add(-time.Second)
}

// validUntil is until when a coupon is good that goes out now.
func validUntil(o *workspace.Offer, a *workspace.Account, now time.Time) (t time.Time) {
	if o == nil {
		return t
	}
	if o.Valid > 0 {
		t = now.Add(time.Duration(o.Valid))
	}
	if o.Until != nil && (t.IsZero() || t.After(endOf(o, a))) {
		t = endOf(o, a)
	}
	return t
}

// values are what the template's words stand for.
func (b *Bot) values(ctx context.Context, set *workspace.Set, p *outbox.Post, s *workspace.Step, o *workspace.Offer, a *workspace.Account, out *outbox.Composed) (render.Values, error) {
	to := people.Decode(p.Recipient)
	v := render.Values{Name: to.Name, Handle: to.Handle, Language: orElse(p.Language, a.Language), Code: p.Code}
	if s != nil {
		v.Campaign = s.Campaign.Title
	}
	if p.Person != 0 {
		person, err := b.Book.Get(ctx, p.Person)
		if err != nil {
			return v, err
		}
		if person != nil {
			v.City, v.Name = person.City, orElse(person.Name, v.Name)
		}
	}
	if o == nil {
		return v, nil
	}
	if o.Codes.Kind == "shared" {
		v.Code = o.Codes.Shared
	} else if p.Code != "" {
		until, err := coupon.ValidUntil(ctx, b.DB, p.Code)
		if err != nil {
			return v, err
		}
		if !until.IsZero() {
			out.Until = until
		}
	}
	v.Value, v.Link, v.Until = o.Value, o.LinkFor(v.Code), out.Until.In(a.Timezone.Location)
	return v, nil
}

// words renders the post's text, and returns the language it is in.
func words(set *workspace.Set, p *outbox.Post, s *workspace.Step, a *workspace.Account, v render.Values) (text, language string, err error) {
	language = v.Language
	if p.Text != "" {
		if text, err = fixed(p.Text, v); err != nil {
			return "", "", err
		}
	} else {
		x := variant(set.Templates[p.Template], v.Language, a.Language, p)
		if x == nil {
			return "", "", fmt.Errorf("the template %s has no text in %s or %s", p.Template, v.Language, a.Language)
		}
		v.Language, language = x.Language, x.Language
		if text, err = x.Render(v); err != nil {
			return "", "", err
		}
	}
	if s != nil && !p.Exempt {
		text = workspace.Disclosed(s.Campaign, text)
	}
	return text, language, nil
}

// fixed fills in somebody's own words. Those that were written down before fields
// had two braces have one.
func fixed(words string, v render.Values) (string, error) {
	if t := render.Fixed(words); t != nil {
		return t.Render(v)
	}
	return strings.NewReplacer("{code}", v.Code, "{link}", v.Link, "{name}", render.SafeName(v.Name, v.Handle)).Replace(words), nil
}

func draft(p *outbox.Post, a *workspace.Account, text, language string) network.Draft {
	d := network.Draft{Text: text, Language: language, Unlisted: a.Unlisted, Direct: p.Kind == outbox.Direct || p.Private}
	if p.Kind == outbox.Direct || p.Kind == outbox.Answer {
		to := people.Decode(p.Recipient)
		d.To, d.ReplyTo = &to, network.Ref(p.Ref)
	}
	return d
}

// pictures are the step's files, as the account's server takes them.
func (b *Bot) pictures(ctx context.Context, set *workspace.Set, s *workspace.Step, p *outbox.Post, l network.Limits) (all []network.Image,
	err error) {
	if p.Campaign == PushCampaign && p.Kind == outbox.Public {
		if len(p.Images) > 0 {
			return p.Images, nil
		}
		return outbox.Attached(ctx, b.DB.Read, p.ID)
	}
	if s == nil || p.Private && p.Kind == outbox.Answer {
		return nil, nil
	}
	for _, i := range s.Media() {
		f, err := workspace.Fitted(set, i, l.Media)
		if err != nil {
			return nil, err
		}
		all = append(all, network.Image{Name: path.Base(i.File), Type: f.Type, Alt: i.Alt, Data: f.Data})
	}
	return all, nil
}

// hashOf is what an approval holds for: of a public post the very text and
// picture; of posts to people all that decides what they read and who they are:
// every text of the template, the offer, the segment's condition.
func hashOf(set *workspace.Set, p *outbox.Post, s *workspace.Step, o *workspace.Offer, c outbox.Composed) string {
	h := sha256.New()
	add := func(parts ...string) {
		for _, x := range parts {
			fmt.Fprintf(h, "%d:%s;", len(x), x)
		}
	}
	if p.Kind == outbox.Public {
		add(append([]string{c.Draft.Text}, c.Rest...)...)
	} else {
		add(p.Text, p.Segment, p.Account)
		if t := set.Templates[p.Template]; t != nil && p.Text == "" {
			for _, x := range t.Texts {
				add(x.Language, x.Variant, x.Source)
			}
		}
		if seg := set.Segments[p.Segment]; seg != nil {
			add(seg.Source)
		}
		if s != nil {
			add(s.Campaign.Title, s.Campaign.Disclosure)
		}
		if o != nil {
			add(o.Name, o.Value, o.Link, fmt.Sprint(o.Valid, o.Until, o.PerPerson))
		}
	}
	if s != nil && s.Campaign.Fit != "" && s.Campaign.Fit != "refuse" {
		add(s.Campaign.Fit)
	}
	if s != nil && len(c.Draft.Images) > 0 {
		for _, i := range s.Media() { // as they lie in the folder: what they are made into may change with the program
			add(i.Alt, string(set.Picture(i)))
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// recheck looks, as the bytes are fixed, whether the person still wants it.
func (b *Bot) recheck(ctx context.Context, tx *sql.Tx, p *outbox.Post, c outbox.Composed, now time.Time) (*outbox.Stop, error) {
	if stop := b.sameFiles(c); stop != nil {
		return stop, nil
	}
	set := b.Set()
	if p.Follows != "" {
		return nil, nil // a thread that was begun goes on
	}
	if a := set.Accounts[p.Account]; a != nil && !p.Exempt {
		s := step(set, p)
		if s == nil && p.Campaign != PushCampaign {
			return &outbox.Stop{State: outbox.Withdrawn, Reason: goneReason, Cause: outbox.Gone}, nil
		}
		if reason := b.offerOf(set, s, p).Over(workspace.Day(now, a.Timezone.Location)); reason != "" {
			return &outbox.Stop{State: outbox.Withdrawn, Reason: reason}, nil
		}
	}
	if p.Kind == outbox.Public {
		if a := set.Accounts[p.Account]; a != nil && len(others(set, p.Account)) > 0 {
			if err := b.DB.InTurn(ctx, tx, "public texts on "+a.Network); err != nil {
				return nil, err
			}
		}
		return verdict(b.alike(ctx, tx, set, p, c, meanwhile)) // another account may have been quicker
	}
	if p.Person == 0 || p.Step == optedOut {
		return nil, nil
	}
	if p.Exempt { // a test to oneself, or a word about how to go on
		gone, err := people.OptedOut(ctx, tx, p.Person)
		if err == nil && gone {
			return &outbox.Stop{State: outbox.Withdrawn, Reason: "the person has opted out"}, nil
		}
		return nil, err
	}
	if p.Kind == outbox.Answer && now.Sub(p.SlotAt) > staleAnswer {
		return &outbox.Stop{State: outbox.Withdrawn, Reason: "the mention is more than a day old"}, nil
	}
	if p.Kind == outbox.Direct {
		may, err := people.MayWrite(ctx, tx, p.Person, p.Account)
		if err == nil && !may {
			return &outbox.Stop{State: outbox.Withdrawn, Reason: "the person has withdrawn their consent to direct messages"}, nil
		}
		if a := set.Accounts[p.Account]; err == nil && a != nil {
			if may, err = b.heard(ctx, tx, a, p.Person); err == nil && !may {
				return &outbox.Stop{State: outbox.Withdrawn, Reason: "the person has not sent us a private message first, as " + a.Network + " requires"}, nil
			}
		}
		return nil, err
	}
	gone, err := people.OptedOut(ctx, tx, p.Person)
	if err == nil && gone {
		return &outbox.Stop{State: outbox.Withdrawn, Reason: "the person has opted out"}, nil
	}
	return nil, err
}

// verdict takes the reason why a post may not go out off an error.
func verdict(err error) (*outbox.Stop, error) {
	var s *outbox.Stop
	if errors.As(err, &s) {
		return s, nil
	}
	return nil, err
}
