package xfake

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Requests are all that came, the oldest first.
func (s *Server) Requests() (all []Request) {
	s.do(func() {
		for _, x := range s.log {
			all = append(all, *x)
		}
	})
	return all
}

// Count is how many requests came for "POST /2/tweets" and the like; the path
// may end in *.
func (s *Server) Count(call string) (n int) {
	method, path, _ := strings.Cut(call, " ")
	prefix, open := strings.CutSuffix(path, "*")
	for _, x := range s.Requests() {
		if x.Method == method && (x.Path == path || open && strings.HasPrefix(x.Path, prefix)) {
			n++
		}
	}
	return n
}

// Post is a post as the server holds it.
type Post struct {
	ID, Author, Text string // Text is as written
	Wire             string // as X says it back
	ReplyTo, Quote   string // ids
	Media            []Media
	At               time.Time
	Deleted          bool
	MadeWithAI       bool
	PaidPartnership  bool
}

// Media is a picture as the server holds it.
type Media struct {
	ID, Type, Alt string
	Data          []byte
}

// Message is a direct message as the server holds it.
type Message struct {
	ID, From, To, Text string // From and To are names
	Media              []Media
	At                 time.Time
	Deleted            bool // by the account that was asked about
}

// Posts are the posts of an account or a person, the oldest first, deleted
// ones too.
func (s *Server) Posts(name string) (all []Post) {
	s.do(func() {
		for _, p := range s.posts {
			if p.author == s.account(name) {
				all = append(all, s.shown(p))
			}
		}
	})
	return all
}

func (s *Server) shown(p *post) Post {
	x := Post{ID: p.id, Author: p.author.name, Text: p.text, Wire: s.said(p).text, Media: shownMedia(p.media), At: p.at, Deleted: p.deleted,
		MadeWithAI: p.ai, PaidPartnership: p.paid}
	if p.parent != nil {
		x.ReplyTo = p.parent.id
	}
	if p.quoted != nil {
		x.Quote = p.quoted.id
	}
	return x
}

func shownMedia(list []*media) (all []Media) {
	for _, m := range list {
		all = append(all, Media{m.id, m.kind, m.alt, slices.Clone(m.data)})
	}
	return all
}

// Messages are all messages from and to an account, the oldest first.
func (s *Server) Messages(name string) (all []Message) {
	s.do(func() {
		u := s.account(name)
		for _, m := range s.messages {
			if m.from == u || m.to == u {
				all = append(all, Message{m.id, m.from.name, m.to.name, m.text, shownMedia(m.media), m.at, m.hidden[u]})
			}
		}
	})
	return all
}

// ID is the id of an account or a person.
func (s *Server) ID(name string) (id string) {
	s.do(func() { id = s.account(name).id })
	return id
}

// Subscriptions are the activity subscriptions, as "event_type user_id".
func (s *Server) Subscriptions() (all []string) {
	s.do(func() {
		for _, x := range s.feed.subscriptions {
			all = append(all, x.kind+" "+x.filter.User)
		}
	})
	return all
}

// Basic is the header that proves a confidential client, for tests.
func (c Client) Basic() string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(c.ID)+":"+url.QueryEscape(c.Secret)))
}
