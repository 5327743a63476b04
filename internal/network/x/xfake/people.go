package xfake

import (
	"fmt"
	"slices"
)

// Person is somebody on X who is no brand.
type Person struct {
	s *Server
	u *user
}

// Person makes somebody, of that name or of any.
func (s *Server) Person(name ...string) (p *Person) {
	s.do(func() {
		who := fmt.Sprintf("person%d", len(s.users))
		if len(name) > 0 {
			who = name[0]
		}
		if !validName.MatchString(who) || s.named(who) != nil {
			panic(fmt.Sprintf("xfake: %q can be no person's name", who))
		}
		p = &Person{s, s.addUser(who)}
	})
	return p
}

// ID is the person's id.
func (p *Person) ID() string { return p.u.id }

// Name is the person's name, without @.
func (p *Person) Name() string { return p.u.name }

// Label says whether the person is labelled as automated.
func (p *Person) Label(bot bool) { p.s.do(func() { p.u.bot = bot }) }

// Describe sets the person's bio.
func (p *Person) Describe(text string) { p.s.do(func() { p.u.about = text }) }

// Say writes a post; it returns the id.
func (p *Person) Say(text string) string { return p.publish(&post{text: text}, "", "") }

// Reply answers a post.
func (p *Person) Reply(id, text string) string { return p.publish(&post{text: text}, id, "") }

// Quote quotes a post.
func (p *Person) Quote(id, text string) string { return p.publish(&post{text: text}, "", id) }

func (p *Person) publish(x *post, parent, quoted string) string {
	p.s.do(func() {
		x.author, x.parent, x.quoted = p.u, p.s.known(parent), p.s.known(quoted)
		p.s.store(x)
	})
	return x.id
}

// known is the post of that id; a test that names another is wrong.
func (s *Server) known(id string) *post {
	x := s.post(id)
	if id != "" && x == nil {
		panic(fmt.Sprintf("xfake: there is no post %q", id))
	}
	return x
}

// Delete deletes a post of the person.
func (p *Person) Delete(id string) {
	p.s.do(func() {
		x := p.s.known(id)
		x.deleted = true
		p.s.tellDeleted(x)
	})
}

// Message writes to an account in private; it returns the id.
func (p *Person) Message(account, text string) (id string) {
	p.s.do(func() { id = p.s.send(p.u, p.s.account(account), text, nil).id })
	return id
}

// Wrote is as if the person had written to the account so long ago that no
// list has it: the account may write.
func (p *Person) Wrote(account string) {
	p.s.do(func() { p.u.wrote[p.s.account(account)] = true })
}

// Follow follows an account.
func (p *Person) Follow(account string) {
	p.s.do(func() {
		a := p.s.account(account)
		if !slices.ContainsFunc(a.followers, func(f follow) bool { return f.by == p.u }) {
			a.follows++
			a.followers = append(a.followers, follow{p.u, a.follows})
			p.s.tellFollow("follow.follow", p.u, a)
		}
	})
}

// Unfollow ends that.
func (p *Person) Unfollow(account string) {
	p.s.do(func() {
		a := p.s.account(account)
		a.followers = slices.DeleteFunc(a.followers, func(f follow) bool { return f.by == p.u })
		p.s.tellFollow("follow.unfollow", p.u, a)
	})
}

// Inbox are the texts that an account wrote to the person, the oldest first.
func (p *Person) Inbox(account string) (all []string) {
	p.s.do(func() {
		for _, m := range p.s.messages {
			if m.to == p.u && m.from == p.s.account(account) {
				all = append(all, m.text)
			}
		}
	})
	return all
}
