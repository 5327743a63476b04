package weibofake

import (
	"testing"

	"magpie/internal/network"
	"magpie/internal/network/networktest"
)

// passerby is a person as the connectors' suite knows one.
type passerby struct {
	*Person
	w *World
}

// Person is somebody who uses the app too, so that following shows.
func (w *World) Person(*testing.T) networktest.Person {
	p := w.s.Person("")
	p.Authorise()
	return &passerby{p, w}
}

// Crowd makes so many of them follow the account.
func (w *World) Crowd(t *testing.T, n int) (all []network.Person) {
	for range n {
		p := w.Person(t)
		p.Follow(t)
		all = append(all, p.Self())
	}
	return all
}

func (p *passerby) Self() network.Person {
	return network.Person{ID: p.ID, Handle: p.Name, Name: p.Name}
}

func (p *passerby) Mention(_ *testing.T, text string) string {
	return p.w.Mention(Item{StatusItem, p.Person.Mention(p.w.a, text), "", p.ID})
}

// Answer comments on a post, or answers a comment, whoever wrote it.
func (p *passerby) Answer(t *testing.T, id, text string) string {
	t.Helper()
	post, comment := p.w.find(id)
	switch {
	case comment != "":
		return p.w.Mention(Item{CommentItem, p.Reply(comment, text), post, p.ID})
	case post != "":
		return p.w.Mention(Item{CommentItem, p.Comment(post, text), post, p.ID})
	}
	t.Fatalf("there is no post %q", id)
	return ""
}

// find is the post that the connector's id names, of a receipt or of a mention,
// or the comment and its post.
func (w *World) find(id string) (post, comment string) {
	is := func(x Item) bool { return w.Receipt(x) == id || w.Mention(x) == id }
	w.s.do(func() {
		for _, p := range w.s.posts {
			if is(p.item()) {
				post = p.idstr()
			}
		}
		for _, x := range w.s.comments {
			if is(x.item()) {
				post, comment = x.on.idstr(), x.idstr()
			}
		}
	})
	return post, comment
}

func (p *passerby) Message(_ *testing.T, text string) { p.Person.Message(p.w.a, text) }

func (p *passerby) Follow(*testing.T) { p.Person.Follow(p.w.a) }

func (p *passerby) Inbox(*testing.T) (all []string) {
	for _, m := range p.Person.Inbox(p.w.a) {
		all = append(all, m.Text)
	}
	return all
}
