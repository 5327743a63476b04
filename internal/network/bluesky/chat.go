package bluesky

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"magpie/internal/network"
)

type chatMessage struct {
	ID     string `json:"id"`
	Text   string `json:"text"`
	Sender struct {
		DID string `json:"did"`
	} `json:"sender"`
	SentAt time.Time `json:"sentAt"`
}

type logEntry struct {
	Type    string      `json:"$type"`
	Convo   string      `json:"convoId"`
	Message chatMessage `json:"message"`
}

// chatEvents returns what people wrote in chat since p.Chat; the first time,
// only where the present is. An account whose password may not use chat has
// none; Verify says so.
func (c *client) chatEvents(ctx context.Context, p *position) (events []network.Event, err error) {
	next := *p
	logs, err := c.chatLog(ctx, &next)
	if noChat(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	t, err := c.session(ctx)
	if err != nil {
		return nil, err
	}
	if p.Reads {
		for _, l := range logs {
			if !strings.HasSuffix(l.Type, "#logCreateMessage") || l.Message.Sender.DID == t.DID {
				continue
			}
			author, err := c.profile(ctx, l.Message.Sender.DID)
			switch {
			case err != nil && slices.Contains(standing, nameOf(err)):
				continue // the author has left the network
			case err != nil && network.ReasonOf(err) == network.Refused: // the app view does not know them yet
				author = network.Person{ID: l.Message.Sender.DID, Handle: l.Message.Sender.DID}
			case err != nil:
				return nil, err
			}
			alone, err := c.alone(ctx, l.Convo)
			if err != nil && network.ReasonOf(err) != network.Refused {
				return nil, err
			}
			events = append(events, network.Event{Mention: l.mention(author, alone)})
		}
	}
	p.Chat, p.Reads = next.Chat, true
	return events, nil
}

// chatLog reads the log to its end and moves p.Chat there.
func (c *client) chatLog(ctx context.Context, p *position) (all []logEntry, err error) {
	cursor := p.Chat
	for {
		var page struct {
			Cursor string     `json:"cursor"`
			Logs   []logEntry `json:"logs"`
		}
		q := url.Values{}
		if cursor != "" {
			q.Set("cursor", cursor)
		}
		if err := c.call(ctx, xrpc{nsid: "chat.bsky.convo.getLog", query: q, chat: true}, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Logs...)
		if len(page.Logs) == 0 || page.Cursor == "" || page.Cursor == cursor {
			p.Chat = max(cursor, page.Cursor)
			return all, nil
		}
		cursor = page.Cursor
	}
}

// noChat tells whether the app password, or the server, can't do chat: the
// failure concerns chat alone, not the account.
func noChat(err error) bool {
	if err == nil {
		return false
	}
	for _, s := range []string{"Bad token method", "Bad token scope", "XRPCNotSupported", "MethodNotImplemented", "could not resolve proxy"} {
		if strings.Contains(err.Error(), s) {
			return true
		}
	}
	return false
}

func (c *client) profile(ctx context.Context, did string) (network.Person, error) {
	var p profile
	err := c.call(ctx, xrpc{nsid: "app.bsky.actor.getProfile", query: url.Values{"actor": {did}}}, &p)
	return p.person(), err
}

// mention is what somebody wrote in chat. In a group others read along, so it is not
// private.
func (l logEntry) mention(author network.Person, alone bool) *network.Mention {
	x, _ := json.Marshal(ref{Convo: l.Convo, ID: l.Message.ID}) // strings can't fail
	return &network.Mention{Item: chatID(l.Convo, l.Message.ID), Ref: network.Ref(x), At: l.Message.SentAt,
		Author: author, Text: l.Message.Text, Direct: alone}
}

// alone tells whether a conversation is with one person, and can be nothing else: one
// of a kind that we do not know is taken for a group (lexicon chat.bsky.convo.defs,
// convoView.kind: directConvo or groupConvo; older servers name no kind).
func (c *client) alone(ctx context.Context, convo string) (bool, error) {
	c.mu.Lock()
	known, ok := c.convos[convo]
	c.mu.Unlock()
	if ok {
		return known, nil
	}
	var out struct {
		Convo struct {
			Members []struct {
				DID string `json:"did"`
			} `json:"members"`
			Kind *struct {
				Type string `json:"$type"`
			} `json:"kind"`
		} `json:"convo"`
	}
	if err := c.call(ctx, xrpc{nsid: "chat.bsky.convo.getConvo", query: url.Values{"convoId": {convo}}, chat: true}, &out); err != nil {
		return false, err
	}
	kind := out.Convo.Kind
	alone := len(out.Convo.Members) == 2 && (kind == nil || strings.HasSuffix(kind.Type, "#directConvo"))
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.convos == nil || len(c.convos) > convosKept {
		c.convos = map[string]bool{}
	}
	c.convos[convo] = alone
	return alone, nil
}

// convosKept is of how many conversations it is remembered whether they are groups.
const convosKept = 10_000

// messages reads a conversation back to since, newest first.
func (c *client) messages(ctx context.Context, convo string, since time.Time) (all []chatMessage, err error) {
	q := url.Values{"convoId": {convo}, "limit": {"100"}}
	for {
		var page struct {
			Messages []chatMessage `json:"messages"`
			Cursor   string        `json:"cursor"`
		}
		if err := c.call(ctx, xrpc{nsid: "chat.bsky.convo.getMessages", query: q, chat: true}, &page); err != nil {
			return nil, err
		}
		for _, m := range page.Messages {
			if m.SentAt.Before(since) {
				return all, nil
			}
			all = append(all, m)
		}
		if page.Cursor == "" || page.Cursor == q.Get("cursor") || len(page.Messages) == 0 {
			return all, nil
		}
		q.Set("cursor", page.Cursor)
	}
}

// Answered implements network.Client: an answer of ours in the thread, or a
// message of ours after theirs.
func (c *client) Answered(ctx context.Context, m network.Ref, ours func(string) bool) (bool, error) {
	t, err := c.session(ctx)
	if err != nil {
		return false, err
	}
	x := parseRef(m)
	if x.Convo != "" {
		return c.answeredChat(ctx, t.DID, x, ours)
	}
	var out struct {
		Thread struct {
			Replies []struct {
				Post struct {
					URI    string  `json:"uri"`
					Author profile `json:"author"`
				} `json:"post"`
			} `json:"replies"`
		} `json:"thread"`
	}
	q := url.Values{"uri": {x.URI}, "depth": {"1"}, "parentHeight": {"0"}}
	if err := c.call(ctx, xrpc{nsid: "app.bsky.feed.getPostThread", query: q}, &out); err != nil {
		return false, err
	}
	for _, r := range out.Thread.Replies {
		if r.Post.Author.DID == t.DID && (ours == nil || !ours(r.Post.URI)) {
			return true, nil
		}
	}
	return false, nil
}

func (c *client) answeredChat(ctx context.Context, me string, x ref, ours func(string) bool) (bool, error) {
	all, err := c.messages(ctx, x.Convo, time.Time{})
	for _, m := range all {
		if m.ID == x.ID {
			break
		}
		if m.Sender.DID == me && (ours == nil || !ours(chatID(x.Convo, m.ID))) {
			return true, nil
		}
	}
	return false, err
}
