package weibofake

import (
	"strconv"
	"time"
)

// user is anybody on Weibo.
type user struct {
	id         int64
	name       string
	token      string // of a brand: the first
	authorised bool   // uses the app too
	follows    map[*user]time.Time
	callback   string // of a brand: where the fan service pushes
}

func (u *user) idstr() string { return strconv.FormatInt(u.id, 10) }

// Account is a brand's account.
type Account struct {
	ID    string // the uid
	Name  string // the screen name
	Token string // the first access token

	s *Server
	u *user
}

// Account is the brand's account of that name, made at the first call.
func (s *Server) Account(name string) *Account {
	a := &Account{Name: name, s: s}
	s.do(func() {
		if a.u = s.named(name); a.u == nil {
			a.u = s.add(name)
			a.u.authorised = true
			a.u.token, _ = s.grant(a.u)
			s.consent = a.u
		}
		a.ID = a.u.idstr()
		a.Token = a.u.token
	})
	return a
}

func (s *Server) add(name string) *user {
	s.nextUser++
	u := &user{id: s.nextUser, name: name, follows: map[*user]time.Time{}}
	s.users = append(s.users, u)
	return u
}

func (s *Server) named(name string) *user {
	for _, u := range s.users {
		if u.name == name {
			return u
		}
	}
	return nil
}

func (s *Server) numbered(id int64) *user {
	for _, u := range s.users {
		if u.id == id {
			return u
		}
	}
	return nil
}

// Post is a post as Weibo holds it.
type Post struct {
	ID      string
	Text    string // as it was sent
	Shown   string // as people read it, with short links
	Picture []byte
	Rip     string
	At      time.Time
	Deleted bool
}

// Posts are all of the account, the oldest first, deleted ones too.
func (a *Account) Posts() (all []Post) {
	a.s.do(func() {
		for _, p := range a.s.posts {
			if p.author == a.u {
				all = append(all, Post{p.idstr(), p.text, p.shown, p.picture, p.rip, p.at, p.deleted})
			}
		}
	})
	return all
}

// Comment is a comment as Weibo holds it.
type Comment struct {
	ID      string
	On      string // the id of the post
	ReplyTo string // the id of the comment it answers; empty for none
	Text    string // as it was sent
	Shown   string // as people read it
	Rip     string
	At      time.Time
	Deleted bool
}

// Comments are all of the account, the oldest first, deleted ones too.
func (a *Account) Comments() (all []Comment) {
	a.s.do(func() {
		for _, x := range a.s.comments {
			if x.author != a.u {
				continue
			}
			y := Comment{ID: x.idstr(), On: x.on.idstr(), Text: x.text, Shown: x.shown, Rip: x.rip, At: x.at, Deleted: x.deleted}
			if x.to != nil {
				y.ReplyTo = x.to.idstr()
			}
			all = append(all, y)
		}
	})
	return all
}
