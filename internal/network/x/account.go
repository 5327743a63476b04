package x

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"magpie/internal/network"
)

// Verify implements network.Client (GET /2/users/me).
func (c *client) Verify(ctx context.Context) (network.Self, error) {
	var out struct {
		Data user `json:"data"`
	}
	q := url.Values{"user.fields": {userFields + ",protected"}}
	if err := c.do(ctx, call{method: http.MethodGet, path: "/2/users/me", query: q, charge: reading("self", network.ForAnswers),
		each: c.price("read self"),
		read: func() []network.Charge {
			return []network.Charge{{Call: "read self", Price: prices["read self"], Objects: []string{"self " + out.Data.ID}}}
		}}, &out); err != nil {
		return network.Self{}, err
	}
	if out.Data.ID == "" {
		return network.Self{}, rubbish(http.MethodGet)
	}
	c.mu.Lock()
	c.self = &out.Data
	c.mu.Unlock()
	s := network.Self{ID: out.Data.ID, Handle: out.Data.Username, URL: "https://x.com/" + out.Data.Username,
		Bot: out.Data.automated()}
	if out.Data.Protected {
		s.Notes = append(s.Notes, "the account is protected: only its followers see its posts and answers")
	}
	return s, nil
}

// me is the account's own id, asked for once.
func (c *client) me(ctx context.Context) (string, error) {
	c.mu.Lock()
	self := c.self
	c.mu.Unlock()
	if self != nil {
		return self.ID, nil
	}
	s, err := c.Verify(ctx)
	return s.ID, err
}

// Limits implements network.Client: X publishes them and has no call for them.
func (c *client) Limits(context.Context) (network.Limits, error) {
	l := defaults
	if chosen(c.settings).LongText {
		l.Text = longText
	}
	return l, nil
}

// Followers implements network.Client (GET /2/users/:id/followers). X charges
// for each, so they are read only where the account file says so.
func (c *client) Followers(ctx context.Context, cursor string) ([]network.Person, string, error) {
	id, err := c.me(ctx)
	if err != nil {
		return nil, "", err
	}
	q := url.Values{"max_results": {"1000"}, "user.fields": {userFields}}
	if cursor != "" {
		q.Set("pagination_token", cursor)
	}
	var p page[user]
	x := call{method: http.MethodGet, path: "/2/users/" + url.PathEscape(id) + "/followers", query: q,
		charge: reading("follower", network.ForNumbers), each: c.price("read follower"), least: 1,
		read: func() []network.Charge { return charges(c, "follower", p) }}
	if err := c.do(ctx, x, &p); err != nil {
		return nil, "", err
	}
	if err := p.check(); err != nil {
		return nil, "", err
	}
	var people []network.Person
	for _, u := range p.Data {
		people = append(people, u.person())
	}
	return people, p.next(), nil
}

// asking reads a page of posts, with the name of the query that the server knows.
func (c *client) asking(ctx context.Context, path string, q url.Values, charge network.Charge) (p page[post], err error) {
	c.mu.Lock()
	newNames := c.newNames
	c.mu.Unlock()
	ask := func(newNames bool) error {
		all, each := fields(newNames), c.price("read post")+c.price("read user")
		maps.Copy(all, q)
		if strings.HasSuffix(path, "/tweets") { // our own: their author is nobody new
			all.Del("expansions")
			all.Del("user.fields")
			each = c.price("read post")
		}
		p = page[post]{}
		return c.do(ctx, call{method: http.MethodGet, path: path, query: all, charge: charge, each: each, least: 5,
			read: func() []network.Charge { return charges(c, "post", p) }}, &p)
	}
	if err = ask(newNames); renamed(err) {
		if err = ask(!newNames); err == nil {
			c.mu.Lock()
			c.newNames = !newNames
			c.mu.Unlock()
		}
	}
	if err == nil {
		err = p.check()
	}
	return p, err
}
