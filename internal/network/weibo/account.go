package weibo

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"magpie/internal/network"
)

// Verify implements network.Client (users/show, oauth2/get_token_info).
func (c *client) Verify(ctx context.Context) (network.Self, error) {
	id, err := c.me(ctx)
	if err != nil {
		return network.Self{}, err
	}
	var u user
	if err := c.call(ctx, request{method: http.MethodGet, path: "/2/users/show.json", form: url.Values{"uid": {id}}}, &u); err != nil {
		return network.Self{}, err
	}
	if u.ID == "" {
		return network.Self{}, rubbish(http.MethodGet)
	}
	left := c.left(ctx)
	return network.Self{ID: u.ID, Handle: u.Name, Bot: true, URL: "https://weibo.com/u/" + u.ID, Notes: ending(left), Left: left},
		nil // Weibo shows the app's name beside each post
}

// left is how long the sign-in lasts yet, as far as Weibo tells: there is no way
// to renew it but by a person. (POST oauth2/get_token_info takes the token in
// the form.)
func (c *client) left(ctx context.Context) time.Duration {
	token, err := c.token()
	if err != nil {
		return 0
	}
	var info struct {
		Left int64 `json:"expire_in"` // spelled so
	}
	if err := c.send(ctx, request{method: http.MethodPost, path: "/oauth2/get_token_info", form: url.Values{"access_token": {token}}},
		&info); err != nil {
		return 0
	}
	return time.Duration(max(info.Left, 0)) * time.Second
}

// soon is from when on a person is told that the sign-in runs out.
const soon = 7 * 24 * time.Hour

func ending(left time.Duration) []string {
	if left == 0 || left >= soon {
		return nil
	}
	in := strconv.Itoa(int(left.Hours()/24)) + " days"
	if left < 48*time.Hour {
		in = strconv.Itoa(int(left.Hours())) + " hours"
	}
	return []string{"the sign-in expires in " + in + ": " + signIn + " before then"}
}

// me is the account's own id: it came with the sign-in, or is asked for once
// (account/get_uid).
func (c *client) me(ctx context.Context) (string, error) {
	if _, err := c.token(); err != nil {
		return "", err
	}
	c.mu.Lock()
	if c.uid == "" && c.tokens != nil {
		c.uid = c.tokens.UID
	}
	id := c.uid
	c.mu.Unlock()
	if id != "" {
		return id, nil
	}
	var me struct {
		UID int64 `json:"uid"`
	}
	err := c.call(ctx, request{method: http.MethodGet, path: "/2/account/get_uid.json"}, &me)
	if err == nil && me.UID == 0 {
		err = rubbish(http.MethodGet)
	}
	if err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.uid = strconv.FormatInt(me.UID, 10)
	return c.uid, nil
}

// Limits implements network.Client: Weibo has no call for them.
func (c *client) Limits(context.Context) (network.Limits, error) {
	l := defaults
	if chosen(c.settings).LongText {
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
	if err := c.call(ctx, request{method: http.MethodGet, path: "/2/friendships/followers.json", form: q, purpose: network.ForNumbers},
		&page); err != nil {
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
