package weibofake

import (
	"cmp"
	"slices"
	"testing"

	"magpie/internal/network"
	"magpie/internal/network/networktest"
)

// Item is something on Weibo that a connector has a name for.
type Item struct {
	Kind   Kind
	ID     string
	On     string // of a comment: the id of its post
	Author string // the uid
}

// Kind is a kind of item.
type Kind string

// The kinds.
const (
	StatusItem  Kind = "status"
	CommentItem Kind = "comment"
	MessageItem Kind = "message"
)

// name is ID for a post, POST/ID for a comment.
func name(x Item) string {
	switch x.Kind {
	case CommentItem:
		return x.On + "/" + x.ID
	case MessageItem:
		return "m" + x.ID
	}
	return x.ID
}

// World shows an account to the connectors' suite. Both functions may be set
// before it is used.
type World struct {
	Receipt func(Item) string // the item's network.Receipt.ID; default ID and POST/ID
	Mention func(Item) string // the item's network.Mention.Item; default as Receipt

	s *Server
	a *Account
}

var _ networktest.World = (*World)(nil)

// World is what surrounds the account.
func (s *Server) World(a *Account) *World { return &World{name, name, s, a} }

func (p *post) item() Item { return Item{StatusItem, p.idstr(), "", p.author.idstr()} }

func (x *comment) item() Item { return Item{CommentItem, x.idstr(), x.on.idstr(), x.author.idstr()} }

func (m *message) item() Item { return Item{MessageItem, m.idstr(), "", m.from.idstr()} }

// dated is a Seen with the id that it is sorted by.
type dated struct {
	id int64
	networktest.Seen
}

// Posts are the account's posts, its comments and its private messages.
func (w *World) Posts(*testing.T) (all []networktest.Seen) {
	var found []dated
	w.s.do(func() { found = slices.Concat(w.statuses(), w.comments(), w.messages()) })
	slices.SortFunc(found, func(a, b dated) int { return cmp.Compare(a.id, b.id) })
	for _, x := range found {
		all = append(all, x.Seen)
	}
	return all
}

func (w *World) statuses() (all []dated) {
	for _, p := range w.s.posts {
		if p.author != w.a.u || p.deleted {
			continue
		}
		x := networktest.Seen{ID: w.Receipt(p.item()), Text: p.text}
		if p.picture != nil {
			x.Images = []network.Image{{Data: p.picture}}
		}
		all = append(all, dated{p.id, x})
	}
	return all
}

func (w *World) comments() (all []dated) {
	for _, x := range w.s.comments {
		if x.author != w.a.u || x.deleted {
			continue
		}
		to := w.Mention(x.on.item())
		if x.to != nil {
			to = w.Mention(x.to.item())
		}
		all = append(all, dated{x.id, networktest.Seen{ID: w.Receipt(x.item()), Text: x.before + x.text, ReplyTo: to}})
	}
	return all
}

func (w *World) messages() (all []dated) {
	for _, m := range w.s.messages {
		if m.from == w.a.u {
			all = append(all, dated{m.id, networktest.Seen{ID: w.Receipt(m.item()), Text: m.text, Direct: true}})
		}
	}
	return all
}

// Public are the texts of posts and comments.
func (w *World) Public(t *testing.T) (all []string) {
	for _, x := range w.Posts(t) {
		if !x.Direct {
			all = append(all, x.Text)
		}
	}
	return all
}

// DropStreams does nothing: there are none.
func (w *World) DropStreams(*testing.T) {}
