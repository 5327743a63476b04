package bluesky

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"magpie/internal/network"
)

const posts = "app.bsky.feed.post"

// put is the body of com.atproto.repo.putRecord. A swapRecord of null creates
// only: the same record again answers 200 and adds nothing, another one under
// the same key is refused (atproto source, putRecord).
type put struct {
	Repo       string  `json:"repo"`
	Collection string  `json:"collection"`
	Key        string  `json:"rkey"`
	Record     *record `json:"record"`
	Swap       *string `json:"swapRecord"`
}

// Publish implements network.Client.
func (c *client) Publish(ctx context.Context, s network.Sealed) (network.Receipt, error) {
	var b sealed
	if err := json.Unmarshal(s.Body, &b); err != nil {
		return network.Receipt{}, network.Fail(network.Refused, "the stored post can't be read: %v", err)
	}
	if b.Chat != nil {
		return c.chat(ctx, b.Chat)
	}
	t, err := c.session(ctx)
	if err != nil {
		return network.Receipt{}, err
	}
	var out strong
	err = c.call(ctx, xrpc{nsid: "com.atproto.repo.putRecord", body: put{t.DID, posts, b.Key, b.Record, nil}}, &out)
	if err == nil && out.URI == "" {
		err = rubbish(network.Unknown, "the post")
	}
	if err != nil {
		return network.Receipt{}, err
	}
	return network.Receipt{ID: out.URI, URL: page(t, b.Key)}, nil
}

func page(t *tokens, key string) string {
	return "https://bsky.app/profile/" + t.Handle + "/post/" + key
}

func (c *client) chat(ctx context.Context, m *message) (network.Receipt, error) {
	body := map[string]any{"convoId": m.Convo, "message": map[string]any{"text": m.Text, "facets": m.Facets}}
	if len(m.Facets) == 0 {
		body["message"] = map[string]any{"text": m.Text}
	}
	var out struct {
		ID string `json:"id"`
	}
	if err := c.call(ctx, xrpc{nsid: "chat.bsky.convo.sendMessage", body: body, chat: true}, &out); err != nil {
		return network.Receipt{}, err
	}
	if out.ID == "" {
		return network.Receipt{}, rubbish(network.Unknown, "the message")
	}
	return network.Receipt{ID: chatID(m.Convo, out.ID)}, nil
}

func chatID(convo, id string) string { return "chat:" + convo + "/" + id }

// Find implements network.Client. A record has its own key; a chat message is
// looked for by its text among those we sent since.
func (c *client) Find(ctx context.Context, s network.Sealed, since time.Time, taken func(string) bool) (network.Receipt, bool, error) {
	var b sealed
	if err := json.Unmarshal(s.Body, &b); err != nil {
		return network.Receipt{}, false, network.Fail(network.Refused, "the stored post can't be read: %v", err)
	}
	if b.Chat != nil {
		return c.findChat(ctx, b.Chat, since, taken)
	}
	t, err := c.session(ctx)
	if err != nil {
		return network.Receipt{}, false, err
	}
	var out strong
	q := url.Values{"repo": {t.DID}, "collection": {posts}, "rkey": {b.Key}}
	err = c.call(ctx, xrpc{nsid: "com.atproto.repo.getRecord", query: q}, &out)
	switch {
	case nameOf(err) == "RecordNotFound":
		return network.Receipt{}, false, nil
	case err == nil && out.URI == "":
		err = rubbish(network.Busy, "a request for a post")
	}
	return network.Receipt{ID: out.URI, URL: page(t, b.Key)}, err == nil, err
}

func (c *client) findChat(ctx context.Context, m *message, since time.Time, taken func(string) bool) (network.Receipt, bool, error) {
	t, err := c.session(ctx)
	if err != nil {
		return network.Receipt{}, false, err
	}
	sent, err := c.messages(ctx, m.Convo, since)
	for _, got := range sent {
		id := chatID(m.Convo, got.ID)
		if got.Sender.DID == t.DID && got.Text == m.Text && !taken(id) {
			return network.Receipt{ID: id}, true, nil
		}
	}
	return network.Receipt{}, false, err
}

// Delete implements network.Client. deleteRecord answers 200 also where there
// is nothing; a chat message is taken away for the account only, which is no
// deletion, so it is refused.
func (c *client) Delete(ctx context.Context, id string) error {
	parts := strings.Split(strings.TrimPrefix(id, "at://"), "/")
	if strings.HasPrefix(id, "chat:") || len(parts) != 3 {
		return network.Fail(network.Refused, "a chat message on Bluesky can't be deleted")
	}
	body := map[string]string{"repo": parts[0], "collection": parts[1], "rkey": parts[2]}
	return harmless(c.call(ctx, xrpc{nsid: "com.atproto.repo.deleteRecord", body: body}, nil))
}
