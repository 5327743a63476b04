package weibo

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"magpie/internal/network"
)

// Verify implements network.Client (account/get_uid, users/show).
func (c *client) Verify(ctx context.Context) (network.Self, error) {
	var me struct {
		UID int64 `json:"uid"`
	}
	if err := c.call(ctx, request{method: http.MethodGet, path: "/2/account/get_uid.json"}, &me); err != nil {
		return network.Self{}, err
	}
	var u user
	if err := c.call(ctx, request{method: http.MethodGet, path: "/2/users/show.json", form: url.Values{"uid": {strconv.FormatInt(me.UID, 10)}}}, &u); err != nil {
		return network.Self{}, err
	}
	if u.ID == "" {
		return network.Self{}, rubbish(http.MethodGet)
	}
	c.mu.Lock()
	c.self = &u
	c.mu.Unlock()
	return network.Self{ID: u.ID, Handle: u.Name, Bot: true, URL: "https://weibo.com/u/" + u.ID}, nil // Weibo shows the app's name beside each post
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

// Limits implements network.Client: Weibo has no call for them.
func (c *client) Limits(context.Context) (network.Limits, error) {
	l := defaults
	if c.settings.LongText {
		l.Text = longer
	}
	return l, nil
}

// Followers implements network.Client (friendships/followers): those who use
// the app too, which is all that an ordinary app is shown.
func (c *client) Followers(ctx context.Context, cursor string) ([]network.Person, string, error) {
	id, err := c.me(ctx)
	if err != nil {
		return nil, "", err
	}
	q := url.Values{"uid": {id}, "count": {"200"}, "cursor": {cursor}}
	if cursor == "" {
		q.Set("cursor", "0")
	}
	var page struct {
		Users []user `json:"users"`
		Next  int64  `json:"next_cursor"`
	}
	if err := c.call(ctx, request{method: http.MethodGet, path: "/2/friendships/followers.json", form: q, purpose: network.ForNumbers}, &page); err != nil {
		return nil, "", err
	}
	var people []network.Person
	for _, u := range page.Users {
		people = append(people, u.person())
	}
	if page.Next == 0 {
		return people, "", nil
	}
	return people, strconv.FormatInt(page.Next, 10), nil
}

// Stream implements network.Client.
func (c *client) Stream(context.Context, func(), func(network.Event)) error {
	return network.ErrNoStream
}
