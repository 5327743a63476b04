package restore

import (
	"context"
	"database/sql"
	"slices"

	"magpie/internal/audit"
	"magpie/internal/outbox"
	"magpie/internal/site"
)

// ask leaves to a person what may be one of our posts on the network that
// nothing explains: its words have been edited since.
func (m *matching) ask(ctx context.Context) error {
	posts, err := m.window(ctx, false)
	if err != nil {
		return err
	}
	for _, p := range posts {
		if p.Kind == outbox.Public && m.b.Accounts.Kind(m.a).Made != nil {
			continue // it is not out: none of the network's posts has an id that was made of its key
		}
		if p.Kind == outbox.Answer {
			continue
		}
		doubtful := m.hidden(p) || m.unexplained(p)
		switch {
		case p.State != outbox.Asked && doubtful:
			err = m.doubt(ctx, p)
		case p.Cause == outbox.PerhapsOut && !doubtful: // the files in force did not explain all when it was asked about
			err = m.b.Write(ctx, func(tx *sql.Tx) error { return outbox.Clear(ctx, tx, p, m.b.Clock()) })
		}
		if err != nil {
			return err
		}
	}
	parents, err := m.window(ctx, true)
	if err != nil {
		return err
	}
	for _, parent := range parents {
		if m.hidden(parent) {
			if err := m.doubt(ctx, parent); err != nil {
				return err
			}
			continue
		}
		for _, o := range m.own {
			if !o.letter(parent) {
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

// hidden tells whether a post to a person may be out, on a network that does not list
// those.
func (m *matching) hidden(p *outbox.Post) bool {
	return m.blind && (p.Kind == outbox.Direct || p.Kind == outbox.Segment)
}

// unexplained tells whether the network has a post of ours that is none we know and
// that may be this one, with other words.
func (m *matching) unexplained(p *outbox.Post) bool {
	direct := p.Kind == outbox.Direct
	return slices.ContainsFunc(m.own, func(o *seen) bool {
		return !o.explained && o.ReplyTo == m.answers(p) && o.Direct == direct && (!direct || o.person == p.Person) &&
			!o.At.Before(p.SlotAt.Add(-site.ClockSlack))
	})
}

func (m *matching) doubt(ctx context.Context, p *outbox.Post) error {
	return m.b.Write(ctx, func(tx *sql.Tx) error {
		if _, err := outbox.Add(ctx, tx, p, m.b.Clock()); err != nil {
			return err
		}
		why := outbox.Because("the database was restored, and the network has a post of that time that may be this one: look there, then " +
			"run “magpie outbox settle”")
		if p.Kind == outbox.Public { // others may have come into being by this, and have no code
			why.Cause = outbox.PerhapsOut
		}
		return m.doubtIn(ctx, tx, p, why)
	})
}

func (m *matching) doubtIn(ctx context.Context, tx *sql.Tx, p *outbox.Post, why outbox.Why) error {
	now := m.b.Clock()
	_, err := outbox.Move(ctx, tx, p, outbox.Asked, why, outbox.By{Who: audit.Bot, At: now}, outbox.Planned, outbox.Held, outbox.Late)
	return err
}
