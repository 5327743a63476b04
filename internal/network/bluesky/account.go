package bluesky

import (
	"context"
	"net/url"

	"magpie/internal/network"
)

// Verify implements network.Client.
func (c *client) Verify(ctx context.Context) (network.Self, error) {
	t, err := c.session(ctx)
	if err != nil {
		return network.Self{}, err
	}
	var s struct {
		DID    string `json:"did"`
		Handle string `json:"handle"`
		Active *bool  `json:"active"`
		Status string `json:"status"`
	}
	if err := c.call(ctx, xrpc{nsid: "com.atproto.server.getSession"}, &s); err != nil {
		return network.Self{}, err
	}
	if s.DID == "" {
		return network.Self{}, rubbish(network.Busy, "the question which account this is")
	}
	if s.Active != nil && !*s.Active {
		return network.Self{}, network.Fail(network.SignedOut, "the account is not active: %s", s.Status)
	}
	p, err := c.profile(ctx, t.DID)
	if err != nil && network.ReasonOf(err) == network.SignedOut {
		return network.Self{}, err
	}
	return network.Self{ID: s.DID, Handle: s.Handle, Bot: p.Bot, URL: "https://bsky.app/profile/" + s.Handle, Notes: c.notes(ctx)}, nil
}

// notes says if the app password may not use chat, in which coupons travel.
func (c *client) notes(ctx context.Context) []string {
	err := c.call(ctx, xrpc{nsid: "chat.bsky.convo.listConvos", query: url.Values{"limit": {"1"}}, chat: true}, nil)
	if noChat(err) {
		return []string{"this app password may not send chat messages, so no coupon can go out: make one with “Allow access " +
			"to your direct messages”"}
	}
	return nil
}

// Limits implements network.Client: they are part of the lexicon.
func (c *client) Limits(context.Context) (network.Limits, error) { return defaults, nil }

// Followers implements network.Client. A page may be empty and still not the last.
func (c *client) Followers(ctx context.Context, cursor string) ([]network.Person, string, error) {
	t, err := c.session(ctx)
	if err != nil {
		return nil, "", err
	}
	q := url.Values{"actor": {t.DID}, "limit": {"100"}}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	var page struct {
		Followers []profile `json:"followers"`
		Cursor    string    `json:"cursor"`
	}
	if err := c.call(ctx, xrpc{nsid: "app.bsky.graph.getFollowers", query: q}, &page); err != nil {
		return nil, "", err
	}
	var people []network.Person
	for _, p := range page.Followers {
		people = append(people, p.person())
	}
	return people, page.Cursor, nil
}

// Stream implements network.Client: Bluesky's streams carry the whole network,
// so notifications are polled.
func (c *client) Stream(context.Context, func(), func(network.Event)) error {
	return network.ErrNoStream
}
