package bot

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"magpie/internal/audit"
	"magpie/internal/coupon"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/people"
	"magpie/internal/store"
	"magpie/internal/workspace"
)

// matching is what went out on one account since a restored database was copied.
type matching struct {
	b     *Bot
	a     *workspace.Account
	x     *account
	set   *workspace.Set
	since time.Time
	own   []*seen
}

// seen is a post of ours on the network.
type seen struct {
	network.Posted
	person    int64 // whom a direct one is for; 0: nobody
	explained bool  // we know which of the outbox it is
}

// matchAccount reads what came in and what went out since an instant, and writes
// down which of the outbox is out. What can't be told a person is asked.
func (b *Bot) matchAccount(ctx context.Context, a *workspace.Account, x *account, since time.Time) error {
	if err := b.Poll(ctx, a, x.client); err != nil { // whoever wrote is met
		return err
	}
	posts, err := x.client.Posts(ctx, since)
	if err != nil {
		return err
	}
	m := &matching{b: b, a: a, x: x, set: b.Set(), since: since}
	for _, step := range []func(context.Context) error{
		func(ctx context.Context) error { return m.meet(ctx, posts) }, m.waiting, m.mailings, m.codes, m.ask,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	known := 0
	for _, o := range m.own {
		if o.explained {
			known++
		}
	}
	b.Log.WithField("account", a.Name).WithField("posts", len(m.own)).WithField("matched", known).Info("what went out on the account since the copy was made is matched")
	return b.write(ctx, func(tx *sql.Tx) error { return store.SetMark(ctx, tx, store.Matched+a.Name, "yes") })
}

// meet notes whom the posts are for, and which the database knows.
func (m *matching) meet(ctx context.Context, posts []network.Posted) error {
	return m.b.write(ctx, func(tx *sql.Tx) error {
		m.own = nil // the transaction may run twice
		for _, p := range posts {
			o := &seen{Posted: p}
			if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM posts WHERE account = $1 AND remote_id = $2)`, m.a.Name, p.ID).Scan(&o.explained); err != nil {
				return err
			}
			if p.Direct && len(p.To) > 0 {
				id, err := m.b.Book.Meet(ctx, tx, m.a.Network, p.To[0], p.At)
				if err != nil {
					return err
				}
				o.person = id
			}
			m.own = append(m.own, o)
		}
		return nil
	})
}

// window are the posts of the outbox that may have gone out since.
func (m *matching) window(ctx context.Context, segments bool) ([]*outbox.Post, error) {
	kind := `kind <> 'segment'`
	if segments {
		kind = `kind = 'segment'`
	}
	return outbox.Select(ctx, m.b.DB.Read, `account = $1 AND state IN ('planned', 'held', 'late', 'sending', 'in doubt', 'asked') AND slot_at <= $2 AND `+kind+` ORDER BY slot_at`,
		m.a.Name, store.Ms(m.b.Clock()))
}

// waiting finds which posts that were written down are out: a person's by the
// code in it, others by the network's own proof.
func (m *matching) waiting(ctx context.Context) error {
	posts, err := m.window(ctx, false)
	if err != nil {
		return err
	}
	for _, p := range posts {
		if p.Code != "" && p.Person != 0 {
			if o := m.carrying(p.Person, p.Code); o != nil {
				if err := m.adopt(ctx, p, o); err != nil {
					return err
				}
			}
			continue
		}
		if err := m.find(ctx, p, m.b.Clock()); err != nil {
			return err
		}
	}
	return nil
}

// carrying is the post of ours to a person that holds a code.
func (m *matching) carrying(person int64, code string) *seen {
	for _, o := range m.own {
		if !o.explained && person != 0 && o.person == person && slices.Contains(coupon.Like(o.Text), code) {
			return o
		}
	}
	return nil
}

// find looks for a post as it reads now, or would have read at an instant.
func (m *matching) find(ctx context.Context, p *outbox.Post, at time.Time) error {
	c, err := m.b.compose(ctx, p, at)
	var stop *outbox.Stop
	if errors.As(err, &stop) {
		return nil // the publisher says the same
	}
	if err != nil {
		return err
	}
	c.Draft.Key, c.Draft.At = p.Key, at
	s, err := m.x.client.Prepare(ctx, c.Draft)
	if err != nil && network.ReasonOf(err) == network.Refused {
		return nil
	}
	if err != nil {
		return err
	}
	r, found, err := m.x.client.Find(ctx, s, m.since, m.x.publisher.Taken(ctx, p))
	if err != nil || !found {
		return err
	}
	for _, o := range m.own {
		if o.ID == r.ID {
			return m.adopt(ctx, p, o)
		}
	}
	return m.adopt(ctx, p, &seen{Posted: network.Posted{Receipt: r, At: p.SlotAt, Text: s.Text}})
}

// adopt writes down that a post is out, and with it its code.
func (m *matching) adopt(ctx context.Context, p *outbox.Post, o *seen) error {
	o.explained = true
	offer := m.b.offerOf(m.set, step(m.set, p), p)
	return m.b.write(ctx, func(tx *sql.Tx) error {
		if offer != nil && p.Code != "" {
			if err := m.code(ctx, tx, offer, p.Code, p.Person, o.At); err != nil {
				return err
			}
		}
		return outbox.Adopt(ctx, tx, p, o.Posted, audit.Bot, m.b.Clock())
	})
}

// code notes that a code of an offer is out.
func (m *matching) code(ctx context.Context, tx *sql.Tx, o *workspace.Offer, code string, person int64, at time.Time) error {
	if err := coupon.Adopt(ctx, tx, o.Name, code, at); err != nil {
		return err
	}
	if _, err := coupon.Found(ctx, tx, code, person, m.a.Name, at); err != nil || person == 0 {
		return err
	}
	_, err := coupon.Start(ctx, tx, code, person, validUntil(o, m.a, at))
	return err
}

// mailings finds who has had a mailing that the database has not expanded, or
// not to the end: by the code that is theirs, or by the words.
func (m *matching) mailings(ctx context.Context) error {
	parents, err := m.window(ctx, true)
	if err != nil {
		return err
	}
	for _, parent := range parents {
		for _, o := range m.own {
			if o.explained || o.person == 0 || o.Reply || o.At.Before(parent.SlotAt.Add(-before)) {
				continue
			}
			child, sure, err := m.child(ctx, parent, o)
			if err != nil {
				return err
			}
			if sure {
				err = m.adopt(ctx, child, o)
			} else if child.Code == "" {
				err = m.find(ctx, child, o.At)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// child is the post of a mailing to the person that a post of ours is for, with
// the code in it. sure tells that the code is one of the mailing's offer.
func (m *matching) child(ctx context.Context, parent *outbox.Post, o *seen) (p *outbox.Post, sure bool, err error) {
	to, err := m.b.Book.Get(ctx, o.person)
	if err != nil || to == nil {
		return nil, false, errors.Join(err, errors.New("a person has gone"))
	}
	h := to.On(m.a.Network)
	e := expansion{b: m.b, parent: parent, set: m.set, a: m.a, now: o.At}
	p = e.post(people.Recipient{Person: to.ID, To: network.Person{ID: h.RemoteID, Handle: h.Handle, Name: to.Name, Language: to.Language}})
	p.ID, p.State = outbox.ID(p.Key), outbox.Planned
	offer := m.b.offerOf(m.set, step(m.set, p), p)
	if offer == nil || offer.Codes.Kind == "shared" || !showsCode(m.set, offer, p) {
		return p, false, nil
	}
	for _, code := range coupon.Like(o.Text) {
		theirs, err := coupon.Of(ctx, m.b.DB, offer.Name, code)
		if err != nil {
			return nil, false, err
		}
		if theirs || coupon.Made(code) && m.onlyMade() == offer.Name {
			p.Code = code
			return p, true, nil
		}
	}
	return p, false, nil
}

// codes takes those that the network shows out of the pools.
func (m *matching) codes(ctx context.Context) error {
	for _, o := range m.own {
		for _, code := range coupon.Like(o.Text) {
			if err := m.b.write(ctx, func(tx *sql.Tx) error { return m.shown(ctx, tx, o, code) }); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *matching) shown(ctx context.Context, tx *sql.Tx, o *seen, word string) error {
	if only := m.set.Offers[m.onlyMade()]; only != nil && coupon.Made(word) {
		return m.code(ctx, tx, only, word, o.person, o.At)
	}
	var name string
	err := tx.QueryRowContext(ctx, `SELECT offer FROM coupons WHERE code = $1`, word).Scan(&name)
	switch {
	case err == nil && m.set.Offers[name] != nil:
		return m.code(ctx, tx, m.set.Offers[name], word, o.person, o.At)
	case err == nil:
		_, err = coupon.Found(ctx, tx, word, o.person, m.a.Name, o.At)
		return err
	case !errors.Is(err, sql.ErrNoRows):
		return err
	case !coupon.Made(word):
		return nil
	}
	whom := ""
	for _, p := range o.To {
		whom += " @" + p.Handle
	}
	_, err = m.b.raiseIn(ctx, tx, need.Restored, "code "+word, "the code "+word+" went out on "+m.a.Name+" to"+whom+" at "+o.At.Format(stamp)+", and the restored database does not know of which offer it is")
	return err
}

// ask leaves to a person what may be one of our posts on the network that
// nothing explains: its words have been edited since.
func (m *matching) ask(ctx context.Context) error {
	posts, err := m.window(ctx, false)
	if err != nil {
		return err
	}
	for _, p := range posts {
		if p.State == outbox.Asked || p.SlotAt.Before(m.since) || !m.unexplained(p.Kind == outbox.Direct, p.Person, p.SlotAt) || p.Kind == outbox.Answer {
			continue
		}
		if err := m.doubt(ctx, p); err != nil {
			return err
		}
	}
	parents, err := m.window(ctx, true)
	if err != nil {
		return err
	}
	for _, parent := range parents {
		for _, o := range m.own {
			if o.explained || o.person == 0 || o.Reply || o.At.Before(parent.SlotAt.Add(-before)) {
				continue
			}
			child, _, err := m.child(ctx, parent, o)
			if err != nil {
				return err
			}
			if err := m.doubt(ctx, child); err != nil {
				return err
			}
		}
	}
	return nil
}

// unexplained tells whether the network has such a post of ours, from then on,
// that is none we know.
func (m *matching) unexplained(direct bool, person int64, from time.Time) bool {
	return slices.ContainsFunc(m.own, func(o *seen) bool {
		return !o.explained && !o.Reply && o.Direct == direct && (!direct || o.person == person) && !o.At.Before(from.Add(-before))
	})
}

func (m *matching) doubt(ctx context.Context, p *outbox.Post) error {
	now := m.b.Clock()
	return m.b.write(ctx, func(tx *sql.Tx) error {
		if _, err := outbox.Add(ctx, tx, p, now); err != nil {
			return err
		}
		moved, err := outbox.Move(ctx, tx, p, outbox.Asked, "the database was restored, and the network has a post of that time which may be this one: look there, then “magpie outbox settle”",
			audit.Bot, now, outbox.Planned, outbox.Held, outbox.Late)
		if err != nil || !moved {
			return err
		}
		return m.b.settled(ctx, tx, p, now)
	})
}

// onlyMade is the offer that a made code must be of, where there is but one.
func (m *matching) onlyMade() (name string) {
	for _, o := range m.set.Offers {
		if o.Codes.Kind != "made" {
			continue
		}
		if name != "" {
			return ""
		}
		name = o.Name
	}
	return name
}
