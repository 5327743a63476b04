package restore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"magpie/internal/audit"
	"magpie/internal/compose"
	"magpie/internal/coupon"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/people"
	"magpie/internal/site"
	"magpie/internal/store"
	"magpie/internal/workspace"
)

// thread writes down which parts of a thread are out that follow p, which is o. The
// first that is not goes out, unless something of ours stands in its place.
func (m *matching) thread(ctx context.Context, p *outbox.Post, o *seen) error {
	if p.Kind != outbox.Public {
		return nil
	}
	edited := false                          // its words may be cut at other places now
	if p.Follows == "" && len(p.Rest) == 0 { // it was never frozen, as far as the database knows
		c, err := m.b.Composer.Compose(ctx, p, o.At)
		var stop *outbox.Stop
		if err != nil && !errors.As(err, &stop) {
			return err
		}
		if stop != nil {
			return nil
		}
		p.Rest, p.RestLanguage = c.Rest, c.Draft.Language
		edited = m.b.Accounts.Kind(m.a).Made != nil && bare(o.Text) != bare(c.Draft.Text)
	}
	return m.b.Write(ctx, func(tx *sql.Tx) error {
		before, last := p, o
		for {
			next, err := outbox.GoOn(ctx, tx, before, last.Receipt, m.b.Clock())
			if err != nil || next == nil {
				return err
			}
			x := m.part(next, last.ID)
			if x == nil && (edited || m.b.Accounts.Kind(m.a).Made == nil && m.unexplained(next)) {
				return m.halts(ctx, tx, next)
			}
			if x == nil {
				return nil
			}
			moved, err := outbox.Adopt(ctx, tx, next, x.Posted, audit.Bot, m.b.Clock())
			if err != nil || !moved {
				return err
			}
			x.explained = true
			edited = edited || bare(x.Text) != bare(next.Text)
			before, last = next, x
		}
	})
}

// part is the part of a thread as the network has it, nil if it does not.
func (m *matching) part(p *outbox.Post, after string) *seen {
	made := m.b.Accounts.Kind(m.a).Made
	for _, o := range m.own {
		if made != nil && made(o.ID, p.Key) || made == nil && o.ReplyTo == after && m.shows(o, p.Text) {
			return o
		}
	}
	return nil
}

// halts leaves the rest of a thread to a person: its words have been edited since, or
// the network has something else of ours in the part's place.
func (m *matching) halts(ctx context.Context, tx *sql.Tx, p *outbox.Post) error {
	if err := outbox.Last(ctx, tx, p); err != nil {
		return err
	}
	return m.doubtIn(ctx, tx, p, outbox.Because("the database was restored, and from this part on the thread on the network reads "+
		"differently: see there what is missing; "+
		"“magpie outbox settle sent|send|withdraw "+p.ID+"” settles this part, post the parts after it by hand"))
}

// code notes that a code of an offer is out.
func (m *matching) code(ctx context.Context, tx *sql.Tx, o *workspace.Offer, code string, person int64, at time.Time) error {
	if err := coupon.Adopt(ctx, tx, o.Name, code, at); err != nil {
		return err
	}
	if _, err := coupon.Found(ctx, tx, code, person, m.a.Name, at); err != nil || person == 0 {
		return err
	}
	_, err := coupon.Start(ctx, tx, coupon.Told{Code: code, Person: person, Until: store.Ms(compose.ValidUntil(o, m.a, at))})
	return err
}

// codes takes those that the network shows out of the pools.
func (m *matching) codes(ctx context.Context) error {
	for _, o := range m.own {
		for _, code := range coupon.Like(o.Text) {
			if err := m.b.Write(ctx, func(tx *sql.Tx) error { return m.shown(ctx, tx, o, code) }); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *matching) shown(ctx context.Context, tx *sql.Tx, o *seen, word string) error {
	name, err := coupon.OfferOf(ctx, tx, word)
	switch {
	case err != nil:
		return err
	case m.set.Offers[name] != nil:
		return m.code(ctx, tx, m.set.Offers[name], word, o.person, o.At)
	case name != "":
		_, err = coupon.Found(ctx, tx, word, o.person, m.a.Name, o.At)
		return err
	case !coupon.Made(word):
		return nil
	}
	if offer := m.madeFor(ctx, o, word); offer != nil {
		return m.code(ctx, tx, offer, word, o.person, o.At)
	}
	whom := ""
	for _, p := range o.To {
		whom += " @" + p.Handle
	}
	_, err = m.b.RaiseIn(ctx, tx, need.Restored, "code "+word,
		"the code "+word+" went out on "+m.a.Name+" to"+whom+" at "+o.At.Format(site.Stamp)+", but the restored database does not know "+
			"which offer it belongs to")
	return err
}

// madeFor is the offer of a made code that the network shows: the only one, or
// the one of the step that would have said these words.
func (m *matching) madeFor(ctx context.Context, o *seen, code string) (offer *workspace.Offer) {
	n := 0
	for _, x := range m.set.Offers {
		if x.Codes.Kind == "made" {
			offer = x
			n++
		}
	}
	if n <= 1 {
		return offer
	}
	to, err := m.b.Book.Get(ctx, o.person)
	if err != nil || to == nil {
		return nil
	}
	h := to.On(m.a.Network)
	for _, c := range m.set.Campaigns {
		for _, s := range c.Steps {
			x := m.set.OfferOf(s)
			if x == nil || x.Codes.Kind != "made" {
				continue
			}
			p := &outbox.Post{Kind: outbox.Direct, Account: m.a.Name, Campaign: c.Name, Step: s.Name, Template: s.Say.For(m.a.Name),
				Person: o.person, Language: to.Language, Code: code, SlotAt: o.At,
				Recipient: people.Encode(network.Person{ID: h.RemoteID, Handle: h.Handle, Name: to.Name, Language: to.Language})}
			if yes, err := m.reads(ctx, p, o); err == nil && yes {
				return x
			}
		}
	}
	return nil
}
