package compose

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"magpie/internal/coupon"
	"magpie/internal/outbox"
	"magpie/internal/pause"
	"magpie/internal/people"
	"magpie/internal/scalar"
	"magpie/internal/workspace"
)

// SharedCodes are the codes that everybody has.
func (w *Composer) SharedCodes() (out []coupon.Shared) {
	for _, x := range w.Set().Offers {
		if x.Codes.Kind != "shared" {
			continue
		}
		s := coupon.Shared{Offer: x.Name, Code: x.Codes.Shared}
		if x.Until != nil {
			s.Until = x.Until.AddDate(0, 0, 1).Add(12 * time.Hour) // its last day is over everywhere
		}
		out = append(out, s)
	}
	return out
}

// Till is where codes are used, by what the files in force say.
// Whoever was told a code in private and the customer who uses it are one
// person from then on, where nothing speaks against it.
func (w *Composer) Till() *coupon.Till {
	return &coupon.Till{DB: w.DB, Shared: w.SharedCodes(), Terms: w.terms,
		Former: func(ctx context.Context, tx *sql.Tx, person int64) ([]int64, error) {
			all, err := people.Former(ctx, tx, person)
			return all[person], err
		},
		Used: func(ctx context.Context, tx *sql.Tx, r coupon.Receipt, now time.Time) error {
			_, err := w.Book.JoinBuyer(ctx, tx, r.Holder, r.Person, r.Code, now)
			return err
		}}
}

// terms are an offer's; of one that the files do not have any more, nothing is known.
func (w *Composer) terms(offer string) coupon.Terms {
	o := w.Set().Offers[offer]
	if o == nil {
		return coupon.Terms{}
	}
	t := coupon.Terms{Ever: o.Uses.Ever, Day: o.Uses.Day, Week: o.Uses.Week, Month: o.Uses.Month, Person: o.Uses.Person, Budget: sum(o.Budget),
		Least: sum(o.Least), Most: sum(o.Most), Zone: w.Zone(), KeepRefunded: o.OnRefund == "keep", KeepCancelled: o.OnCancel == "keep"}
	if o.Discount != nil {
		t.Percent, t.Fixed = o.Discount.Percent, sum(&o.Discount.Money)
	}
	if o.From.Known() {
		t.From = time.Date(o.From.Year(), o.From.Month(), o.From.Day(), 0, 0, 0, 0, t.Zone)
	}
	return t
}

func sum(m *scalar.Money) (s coupon.Sum) {
	if m != nil {
		s = coupon.Sum{Amount: m.Units, Currency: m.Currency}
	}
	return s
}

// FinishBy bounds posts to people: by what the step says, else a day.
func FinishBy(parent *outbox.Post) time.Time {
	if !parent.FinishBy.IsZero() {
		return parent.FinishBy
	}
	return parent.SlotAt.Add(24 * time.Hour)
}

// Reserve takes a code for the post's person if its text shows one; "" if not.
func (w *Composer) Reserve(ctx context.Context, tx *sql.Tx, set *workspace.Set, o *workspace.Offer, p *outbox.Post,
	now time.Time) (string, error) {
	given, err := w.ReserveAll(ctx, tx, set, o, []*outbox.Post{p}, now)
	if err != nil {
		return "", err
	}
	return given[0].Code, given[0].Err
}

// ReserveAll is Reserve for the posts of one step on one account, each to another person.
func (w *Composer) ReserveAll(ctx context.Context, tx *sql.Tx, set *workspace.Set, o *workspace.Offer, all []*outbox.Post,
	now time.Time) ([]coupon.Given, error) {
	if len(all) == 0 || o == nil || o.Codes.Kind == "shared" || !ShowsCode(set, o, all[0]) {
		return make([]coupon.Given, len(all)), nil
	}
	if held, err := codesHeld(ctx, tx, o.Name); err != nil || held {
		return nil, errors.Join(err, coupon.ErrHeld)
	}
	wishes := make([]coupon.For, len(all))
	persons := make([]int64, len(all))
	for i, p := range all {
		persons[i] = p.Person
		wishes[i] = coupon.For{Person: p.Person, Post: p.ID, Account: p.Account, Campaign: p.Campaign, Step: p.Step, Segment: p.Segment}
	}
	former, err := people.Former(ctx, tx, persons...)
	if err != nil {
		return nil, err
	}
	for i, p := range all {
		wishes[i].Former = former[p.Person]
	}
	return coupon.ReserveAll(ctx, tx, Coupon(o), wishes, now)
}

// Coupon is an offer as the coupon package knows it.
func Coupon(o *workspace.Offer) coupon.Offer {
	return coupon.Offer{Name: o.Name, Made: o.Codes.Kind == "made", PerPerson: o.PerPerson, Limit: o.Limit}
}

// ShowsCode tells whether the words of a post show a code of the offer.
func ShowsCode(set *workspace.Set, o *workspace.Offer, p *outbox.Post) bool {
	if p.Text != "" {
		return workspace.HoldsCode(p.Text, o)
	}
	t := set.Templates[p.Template]
	return t != nil && t.Shows(o)
}

// Left says how many codes an offer still has, and whether that is bounded.
func (w *Composer) Left(ctx context.Context, o *workspace.Offer) (n int, bounded bool, err error) {
	l, err := coupon.Count(ctx, w.DB, o.Name)
	if o.Codes.Kind == "made" {
		return o.Limit - l.Reserved - l.Delivered - l.Locked - l.Redeemed, o.Limit > 0, err
	}
	return l.Free, o.Codes.Kind == "imported", err
}

// codesHeld tells whether an offer's codes wait for a person.
func codesHeld(ctx context.Context, tx *sql.Tx, offer string) (held bool, err error) {
	return pause.Is(ctx, tx, pause.Codes, offer)
}
