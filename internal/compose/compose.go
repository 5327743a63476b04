// Package compose gives a post its words and pictures, from the files in force, and looks once more, as the bytes are
// fixed, whether it may still go out as it is.
package compose

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"time"

	"magpie/internal/accounts"
	"magpie/internal/coupon"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/people"
	"magpie/internal/plan"
	"magpie/internal/policy"
	"magpie/internal/render"
	"magpie/internal/site"
	"magpie/internal/workspace"
)

// Composer composes posts.
type Composer struct {
	*site.Site
	Accounts *accounts.Accounts
	gists    gists
}

// PushCampaign is the campaign of posts that belong to no file.
const PushCampaign = "push"

// GoneReason marks posts withdrawn because their step left the files; when it
// comes back, so do they.
const GoneReason = "the step is no longer in the files"

// GoneAccount is why posts of an account that left the files do not go out.
const GoneAccount = "the account is no longer in the files"

// Step finds the step of a post in the files in force; nil if it has none.
func Step(set *workspace.Set, p *outbox.Post) *workspace.Step {
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

// Compose gives a post its words, from the files in force now.
func (w *Composer) Compose(ctx context.Context, p *outbox.Post, now time.Time) (outbox.Composed, error) {
	files := w.Files()
	set := files.Set
	a := set.Accounts[p.Account]
	if a == nil {
		return outbox.Composed{Files: files.Number}, &outbox.Stop{State: outbox.Withdrawn, Reason: GoneAccount}
	}
	if p.Follows != "" { // its words were fixed with those of the first
		ref := w.Accounts.Kind(a).Ref
		if ref == nil {
			return outbox.Composed{Files: files.Number}, &outbox.Stop{State: outbox.Withdrawn,
				Reason: "there are no threads on " + a.Network + ": the account was on another network when this one began"}
		}
		d := network.Draft{Text: p.Text, Language: p.Language, Unlisted: a.Unlisted, ReplyTo: ref(p.Ref)}
		return outbox.Composed{Draft: d, Files: files.Number, Rest: p.Rest}, nil
	}
	s := Step(set, p)
	if s == nil && p.Campaign != PushCampaign && !p.Exempt {
		return outbox.Composed{Files: files.Number}, &outbox.Stop{State: outbox.Withdrawn, Reason: GoneReason, Cause: outbox.Gone}
	}
	offer := w.OfferOf(set, s, p)
	if reason := offer.Over(workspace.Day(now, a.Timezone.Location)); reason != "" {
		return outbox.Composed{Files: files.Number}, &outbox.Stop{State: outbox.Withdrawn, Reason: reason}
	}
	if p.Kind == outbox.Public { // what an approver saw must not change with the minute
		now = p.SlotAt
	}
	out := outbox.Composed{Until: ValidUntil(offer, a, now), Files: files.Number}
	v, err := w.values(ctx, set, p, s, offer, &out)
	if err != nil {
		return out, err
	}
	if p.Code == "" && (p.Kind == outbox.Direct || p.Kind == outbox.Answer) && offer != nil && offer.Codes.Kind != "shared" &&
		ShowsCode(set, offer, p) {
		return out, &outbox.Stop{State: outbox.Refused, Reason: "the text was changed to show a code, but no code was reserved " +
			"when the post was planned"}
	}
	text, language, err := words(set, p, s, a, v)
	if err != nil {
		return out, &outbox.Stop{State: outbox.Refused, Reason: err.Error()}
	}
	out.Draft = draft(p, a, text, language)
	out.Draft.Offer, out.Draft.AI = offer != nil, s != nil && s.Ask != nil && p.Text != ""
	limits := w.Accounts.Limits(ctx, a)
	if out.Draft.Images, err = w.pictures(ctx, set, s, p, limits); err != nil {
		return out, &outbox.Stop{State: outbox.Held, Reason: a.Name + ": " + err.Error()}
	}
	err = w.fit(ctx, p, s, a, &out, v)
	out.Hash = hashOf(set, p, s, offer, out) // as it is cut
	if err != nil {
		return out, err
	}
	if err := w.lawful(a, out); err != nil {
		return out, err
	}
	return out, w.alike(ctx, w.DB.Read, set, p, out, recently)
}

// lawful holds what goes out against the network's rules, as the files were held
// when they were read: words that were pushed, or made by a model, are in no file.
func (w *Composer) lawful(a *workspace.Account, c outbox.Composed) error {
	if a.Kind.Check == nil || w.Sandbox != "" {
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

// OfferOf is the offer that a post is about; nil if there is none.
func (w *Composer) OfferOf(set *workspace.Set, s *workspace.Step, p *outbox.Post) *workspace.Offer {
	if s != nil {
		return set.OfferOf(s)
	}
	return set.Offers[p.Step] // a pushed coupon carries the offer's name there
}

// endOf is the end of the offer's last day by the account's clock.
func endOf(o *workspace.Offer, a *workspace.Account) time.Time {
	return plan.Instant(o.Until.AddDate(0, 0, 1), a.Timezone.Location).Add(-time.Second)
}

// ValidUntil is until when a coupon is good that goes out now.
func ValidUntil(o *workspace.Offer, a *workspace.Account, now time.Time) (t time.Time) {
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
func (w *Composer) values(ctx context.Context, set *workspace.Set, p *outbox.Post, s *workspace.Step, o *workspace.Offer,
	out *outbox.Composed) (render.Values, error) {
	a := set.Accounts[p.Account]
	to := people.Decode(p.Recipient)
	v := render.Values{Name: to.Name, Handle: to.Handle, Language: cmp.Or(p.Language, a.Language), Code: p.Code}
	if s != nil {
		v.Campaign = s.Campaign.Title
	}
	if p.Person != 0 {
		person, err := w.Book.Get(ctx, p.Person)
		if err != nil {
			return v, err
		}
		if person != nil {
			v.City, v.Name = person.City, cmp.Or(person.Name, v.Name)
		}
	}
	if o == nil {
		return v, nil
	}
	if o.Codes.Kind == "shared" {
		v.Code = o.Codes.Shared
	} else if p.Code != "" {
		until, err := coupon.ValidUntil(ctx, w.DB, p.Code)
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

// pictures are the step's files, as the account's server takes them.
func (w *Composer) pictures(ctx context.Context, set *workspace.Set, s *workspace.Step, p *outbox.Post,
	l network.Limits) (all []network.Image,
	err error) {
	if p.Campaign == PushCampaign && p.Kind == outbox.Public {
		if len(p.Images) > 0 {
			return p.Images, nil
		}
		return outbox.Attached(ctx, w.DB.Read, p.ID)
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
