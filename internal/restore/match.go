package restore

import (
	"context"
	"database/sql"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"magpie/internal/accounts"
	"magpie/internal/agenda"
	"magpie/internal/audit"
	"magpie/internal/compose"
	"magpie/internal/coupon"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/people"
	"magpie/internal/site"
	"magpie/internal/store"
	"magpie/internal/workspace"
)

// matching is what went out on one account since a restored database was copied.
type matching struct {
	b     *Restorer
	a     *workspace.Account
	x     *accounts.Account
	set   *workspace.Set
	since time.Time
	own   []*seen
	blind bool // the network may not list what went out in private
}

// seen is a post of ours on the network.
type seen struct {
	network.Posted
	person    int64 // whom a direct one is for; 0: nobody
	explained bool  // we know which of the outbox it is
}

// MatchAccount reads what came in and what went out since an instant, and writes
// down which of the outbox is out. What can't be told a person is asked.
func (r *Restorer) MatchAccount(ctx context.Context, a *workspace.Account, x *accounts.Account, since time.Time) error {
	set := r.Set()
	if err := r.Listener.Poll(ctx, a, x.Client); err != nil { // whoever wrote is met
		return err
	}
	posts, err := x.Client.Posts(ctx, since)
	partly := err != nil && network.ReasonOf(err) == network.Partly
	if err != nil && !partly {
		return err
	}
	m := &matching{b: r, a: a, x: x, set: set, since: since, blind: partly || r.Accounts.Kind(a).Hidden}
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
	r.Log.WithField("account", a.Name).WithField("posts", len(m.own)).WithField("matched",
		known).Info("posts sent since the copy was made have been compared with the outbox")
	return r.Write(ctx, func(tx *sql.Tx) error {
		if err := r.InStep(ctx, tx); err != nil {
			return err
		}
		if m.set != r.Set() { // what other files explain was not looked at: Replan may have taken the mark away meanwhile
			return errAgain
		}
		return store.SetMark(ctx, tx, store.Matched+a.Name, "yes")
	})
}

// meet notes whom the posts are for, and which the database knows.
func (m *matching) meet(ctx context.Context, posts []network.Posted) error {
	return m.b.Write(ctx, func(tx *sql.Tx) error {
		m.own = nil // the transaction may run twice
		for _, p := range posts {
			o := &seen{Posted: p}
			var err error
			if o.explained, err = outbox.Has(ctx, tx, m.a.Name, p.ID); err != nil {
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
		slices.SortFunc(m.own, func(a, b *seen) int { return a.At.Compare(b.At) })
		return nil
	})
}

// window are the posts of the outbox that may have gone out since.
func (m *matching) window(ctx context.Context, segments bool) ([]*outbox.Post, error) {
	return outbox.MayBeOut(ctx, m.b.DB.Read, m.a.Name, segments, m.b.Clock())
}

// waiting finds which posts that were written down are out: by their words, and
// those to a person that hold a code by that.
func (m *matching) waiting(ctx context.Context) error {
	posts, err := m.window(ctx, false)
	if err != nil {
		return err
	}
	for _, byCode := range []bool{false, true} {
		err := m.pair(ctx, posts, func(p *outbox.Post, o *seen) (bool, error) {
			if byCode && (p.Code == "" || p.Person == 0) || !byCode && p.Kind == outbox.Answer {
				return false, nil // whether a mention has an answer is asked before one goes out
			}
			return m.same(ctx, p, o, byCode)
		})
		if err != nil {
			return err
		}
	}
	return m.otherTurns(ctx)
}

// pair finds for each post on the network that nothing explains the one of the outbox that
// it is. Of several that fit, such as the occurrences of a step, it is the one that was due
// last by then: those before it may never have gone out.
func (m *matching) pair(ctx context.Context, posts []*outbox.Post, fits func(*outbox.Post, *seen) (bool, error)) error {
	posts = slices.Clone(posts)
	slices.SortStableFunc(posts, func(a, b *outbox.Post) int { return b.SlotAt.Compare(a.SlotAt) })
	for _, o := range m.own {
		for i := 0; i < len(posts) && !o.explained; i++ {
			p := posts[i]
			if o.At.Before(p.SlotAt.Add(-site.ClockSlack)) {
				continue
			}
			same, err := fits(p, o)
			if err == nil && same {
				err = m.adopt(ctx, p, o)
			}
			if err == nil && o.explained {
				posts = slices.Delete(posts, i, i+1)
				err = m.thread(ctx, p, o)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// otherTurns finds public posts that went out with another variant than the one whose turn
// it is in this database: the files may have been edited since it was copied.
func (m *matching) otherTurns(ctx context.Context) error {
	posts, err := m.window(ctx, false) // those that were not found by their own words
	if err != nil {
		return err
	}
	return m.pair(ctx, posts, func(p *outbox.Post, o *seen) (bool, error) {
		t := m.set.Templates[p.Template]
		if p.Kind != outbox.Public || p.Turn < 0 || t == nil || m.b.Accounts.Kind(m.a).Made != nil ||
			o.Direct || o.At.After(p.SlotAt.Add(max(p.LateAfter, time.Hour))) {
			return false, nil
		}
		return m.sameTurn(ctx, p, o, int64(len(t.In(m.a.Language))))
	})
}

// sameTurn tells whether a post on the network reads as one of the n variants of the round.
func (m *matching) sameTurn(ctx context.Context, p *outbox.Post, o *seen, n int64) (same bool, err error) {
	if n < 2 {
		return false, nil
	}
	q := *p
	for q.Turn = p.Turn - p.Turn%n; !same && err == nil && q.Turn < p.Turn-p.Turn%n+n; q.Turn++ {
		same, err = m.reads(ctx, &q, o)
	}
	return same, err
}

// same tells whether a post on the network is one of the outbox: by the key that its id is
// made of, by its words, or by the code in it.
func (m *matching) same(ctx context.Context, p *outbox.Post, o *seen, byCode bool) (bool, error) {
	if p.Person != o.person && o.Direct {
		return false, nil
	}
	if made := m.b.Accounts.Kind(m.a).Made; made != nil && p.Kind == outbox.Public {
		return made(o.ID, p.Key), nil
	}
	if byCode {
		return slices.Contains(coupon.Like(o.Text), p.Code) && o.ReplyTo == m.answers(p), nil
	}
	return m.reads(ctx, p, o)
}

// answers is the id of what a post answers, on the network; empty if nothing.
func (m *matching) answers(p *outbox.Post) string {
	if p.Follows != "" {
		return p.Ref
	}
	if p.Kind != outbox.Answer {
		return ""
	}
	return m.b.Accounts.Kind(m.a).Item(network.Ref(p.Ref))
}

// reads tells whether a post of ours on the network reads as p would have then.
func (m *matching) reads(ctx context.Context, p *outbox.Post, o *seen) (bool, error) {
	c, err := m.b.Composer.Compose(ctx, p, o.At)
	var stop *outbox.Stop
	if errors.As(err, &stop) {
		return false, nil // the publisher says the same
	}
	if err != nil || c.Draft.Direct != o.Direct {
		return false, err
	}
	if c.Draft.To != nil && strings.HasSuffix(bare(o.Text), bare(c.Draft.Text)) { // the network may show whom it is for
		return true, nil
	}
	return m.shows(o, c.Draft.Text), nil
}

// shows tells whether a post on the network has our words, as far as the network
// leaves words as they are.
func (m *matching) shows(o *seen, text string) bool {
	same := m.b.Accounts.Kind(m.a).Same
	return bare(o.Text) == bare(text) || same != nil && same(text, o.Text)
}

// namedAt is somebody with their server, which a network may leave out.
var namedAt = regexp.MustCompile(`(@[\p{L}\p{N}_.-]+)@[\p{L}\p{N}.:-]+`)

// bare makes our words and the network's showing of them comparable.
func bare(text string) string {
	return strings.Join(strings.Fields(namedAt.ReplaceAllString(text, "$1")), " ")
}

// adopt writes down that a post is out, and with it its code. It does nothing if
// the post is known to be out by another.
func (m *matching) adopt(ctx context.Context, p *outbox.Post, o *seen) error {
	offer := m.b.Composer.OfferOf(m.set, compose.Step(m.set, p), p)
	return m.b.Write(ctx, func(tx *sql.Tx) error {
		moved, err := outbox.Adopt(ctx, tx, p, o.Posted, audit.Bot, m.b.Clock())
		o.explained = o.explained || err == nil && moved
		if err != nil || !moved || offer == nil || p.Code == "" {
			return err
		}
		return m.code(ctx, tx, offer, p.Code, p.Person, o.At)
	})
}

// mailings finds who has had a mailing that the database has not expanded, or
// not to the end: by its words, and else by the code in it, if that is one of
// the mailing's offer. Of several mailings it is the one that was due last by then.
func (m *matching) mailings(ctx context.Context) error {
	parents, err := m.window(ctx, true)
	if err != nil {
		return err
	}
	slices.SortStableFunc(parents, func(a, b *outbox.Post) int { return b.SlotAt.Compare(a.SlotAt) })
	for _, byCode := range []bool{false, true} {
		for _, o := range m.own {
			for _, parent := range parents {
				if !o.letter(parent) {
					continue
				}
				child, sure, err := m.child(ctx, parent, o)
				if err != nil {
					return err
				}
				if !byCode {
					if sure, err = m.reads(ctx, child, o); err != nil {
						return err
					}
				}
				if sure {
					if err := m.adopt(ctx, child, o); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// letter tells whether a post of ours that nothing explains may be of a mailing.
func (o *seen) letter(parent *outbox.Post) bool {
	return !o.explained && o.person != 0 && o.ReplyTo == "" && !o.At.Before(parent.SlotAt.Add(-site.ClockSlack))
}

// child is the post of a mailing to the person that a post of ours is for, with
// the code in it. sure tells that the code is one of the mailing's offer.
func (m *matching) child(ctx context.Context, parent *outbox.Post, o *seen) (p *outbox.Post, sure bool, err error) {
	to, err := m.b.Book.Get(ctx, o.person)
	if err != nil || to == nil {
		return nil, false, errors.Join(err, errors.New("a person has gone"))
	}
	h := to.On(m.a.Network)
	p = agenda.LetterTo(parent, people.Recipient{Person: to.ID, To: network.Person{ID: h.RemoteID, Handle: h.Handle, Name: to.Name,
		Language: to.Language}}, o.At)
	p.State = outbox.Planned
	offer := m.b.Composer.OfferOf(m.set, compose.Step(m.set, p), p)
	if offer == nil || offer.Codes.Kind == "shared" || !compose.ShowsCode(m.set, offer, p) {
		return p, false, nil
	}
	for _, code := range coupon.Like(o.Text) {
		theirs, err := coupon.Of(ctx, m.b.DB, offer.Name, code)
		if err != nil {
			return nil, false, err
		}
		if theirs || coupon.Made(code) && offer.Codes.Kind == "made" {
			p.Code = code
			return p, true, nil
		}
	}
	return p, false, nil
}
