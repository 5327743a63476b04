package bluesky

import (
	"context"
	"net/url"
	"path"
	"time"

	"magpie/internal/network"
)

// Posts implements network.Client: the records of our repository, and what we
// said in conversations.
func (c *client) Posts(ctx context.Context, since time.Time) ([]network.Posted, error) {
	t, err := c.session(ctx)
	if err != nil {
		return nil, err
	}
	all, err := c.records(ctx, t, since)
	if err != nil {
		return nil, err
	}
	said, err := c.said(ctx, t, since)
	if noChat(err) {
		err = nil
	}
	return append(all, said...), err
}

// records lists our posts, the newest first (com.atproto.repo.listRecords
// orders by record key, and ours begin with no time: all are looked at).
func (c *client) records(ctx context.Context, t *tokens, since time.Time) (all []network.Posted, err error) {
	q := url.Values{"repo": {t.DID}, "collection": {posts}, "limit": {"100"}}
	for {
		var got struct {
			Records []struct {
				strong
				Value struct {
					Text      string    `json:"text"`
					CreatedAt time.Time `json:"createdAt"`
					Reply     reply     `json:"reply"`
				} `json:"value"`
			} `json:"records"`
			Cursor string `json:"cursor"`
		}
		if err := c.call(ctx, xrpc{nsid: "com.atproto.repo.listRecords", query: q}, &got); err != nil {
			return nil, err
		}
		for _, r := range got.Records {
			if !r.Value.CreatedAt.Before(since) {
				all = append(all, network.Posted{Receipt: network.Receipt{ID: r.URI, URL: page(t, path.Base(r.URI))}, At: r.Value.CreatedAt,
					Text: r.Value.Text, ReplyTo: r.Value.Reply.Parent.URI})
			}
		}
		if got.Cursor == "" || got.Cursor == q.Get("cursor") || len(got.Records) == 0 {
			return all, nil
		}
		q.Set("cursor", got.Cursor)
	}
}

// said lists what we said to people since an instant.
func (c *client) said(ctx context.Context, t *tokens, since time.Time) (all []network.Posted, err error) {
	q := url.Values{"limit": {"100"}}
	for {
		var page struct {
			Convos []struct {
				ID      string    `json:"id"`
				Members []profile `json:"members"`
				Last    struct {
					SentAt time.Time `json:"sentAt"`
				} `json:"lastMessage"`
			} `json:"convos"`
			Cursor string `json:"cursor"`
		}
		if err := c.call(ctx, xrpc{nsid: "chat.bsky.convo.listConvos", query: q, chat: true}, &page); err != nil {
			return nil, err
		}
		for _, convo := range page.Convos {
			if convo.Last.SentAt.Before(since) {
				continue
			}
			sent, err := c.messages(ctx, convo.ID, since)
			if err != nil {
				return nil, err
			}
			for _, m := range sent {
				if m.Sender.DID == t.DID {
					all = append(all, network.Posted{Receipt: network.Receipt{ID: chatID(convo.ID, m.ID)}, At: m.SentAt, Text: m.Text, Direct: true,
						To: others(convo.Members, t.DID)})
				}
			}
		}
		if page.Cursor == "" || page.Cursor == q.Get("cursor") || len(page.Convos) == 0 {
			return all, nil
		}
		q.Set("cursor", page.Cursor)
	}
}

// others are those in a conversation but us.
func others(members []profile, us string) (out []network.Person) {
	for _, m := range members {
		if m.DID != us {
			out = append(out, m.person())
		}
	}
	return out
}
