package weibofake

import (
	"fmt"
	"time"
)

// Person is somebody on Weibo who is no brand. Each method does what this person
// could do in the app; ids are those of posts and comments.
type Person struct {
	ID   string // the uid
	Name string // the screen name

	s *Server
	u *user
}

// Person is the person of that name, made at the first call; an empty name makes
// somebody new. With a brand's name it is the brand, acting by hand in the app.
func (s *Server) Person(name string) *Person {
	p := &Person{s: s}
	s.do(func() {
		if name != "" {
			p.u = s.named(name)
		}
		if p.u == nil {
			if name == "" {
				name = fmt.Sprintf("用户%d", s.nextUser+1)
			}
			p.u = s.add(name)
		}
		p.ID, p.Name = p.u.idstr(), p.u.name
	})
	return p
}

// Authorise makes the person use the app too: only then followers show up.
func (p *Person) Authorise() { p.s.do(func() { p.u.authorised = true }) }

// Post writes a post.
func (p *Person) Post(text string) (id string) {
	p.s.do(func() { id = p.s.store(p.u, text).idstr() })
	return id
}

// Mention writes a post that begins with the account's name.
func (p *Person) Mention(a *Account, text string) (id string) {
	text = "@" + a.Name + " " + text
	id = p.Post(text)
	p.s.happened(Push{Type: "mention", Subtype: "status", Key: id, From: p, To: a})
	return id
}

// Comment writes a comment under a post.
func (p *Person) Comment(post, text string) (id string) {
	p.s.do(func() {
		for _, x := range p.s.posts {
			if x.idstr() == post && !x.deleted {
				id = p.s.put(p.u, x, nil, text).idstr()
			}
		}
	})
	return p.must(id, "post", post)
}

// Reply answers a comment.
func (p *Person) Reply(comment, text string) (id string) {
	p.s.do(func() {
		for _, x := range p.s.comments {
			if x.idstr() == comment && !x.deleted {
				y := p.s.put(p.u, x.on, x, text)
				y.shown = p.s.show(prefix(x) + text)
				id = y.idstr()
			}
		}
	})
	return p.must(id, "comment", comment)
}

func (p *Person) must(id, what, where string) string {
	if id == "" {
		p.s.t.Errorf("weibofake: there is no %s %q", what, where)
	}
	return id
}

// Message writes to the account in private.
func (p *Person) Message(a *Account, text string) {
	p.s.do(func() {
		s := p.s
		s.messages = append(s.messages, &message{id: s.item(), from: p.u, to: a.u, kind: "text", text: text, at: s.now()})
	})
	p.s.happened(Push{Type: "text", Text: text, From: p, To: a})
}

// Follow follows the account.
func (p *Person) Follow(a *Account) {
	p.s.do(func() { p.u.follows[a.u] = p.s.now() })
	p.s.happened(Push{Type: "event", Subtype: "follow", From: p, To: a})
}

// Unfollow ends that.
func (p *Person) Unfollow(a *Account) {
	p.s.do(func() { delete(p.u.follows, a.u) })
	p.s.happened(Push{Type: "event", Subtype: "unfollow", From: p, To: a})
}

// Message is a private one.
type Message struct {
	ID       string
	From, To string // uids
	Type     string // text, articles, position
	Text     string
	Data     string // JSON, as a brand sent it
	Saved    bool   // it is in the brand's own box too
	Passive  bool   // it was the answer to a push
	At       time.Time
}

// Inbox are the private messages of the account to the person, the oldest first.
func (p *Person) Inbox(a *Account) []Message {
	return p.s.mail(func(m *message) bool { return m.from == a.u && m.to == p.u })
}

// Messages are all private ones that the account sent, the oldest first.
func (a *Account) Messages() []Message {
	return a.s.mail(func(m *message) bool { return m.from == a.u })
}

func (s *Server) mail(is func(*message) bool) (all []Message) {
	s.do(func() {
		for _, m := range s.messages {
			if is(m) {
				all = append(all, Message{m.idstr(), m.from.idstr(), m.to.idstr(), m.kind, m.text, m.data, m.saved, m.passive, m.at})
			}
		}
	})
	return all
}
