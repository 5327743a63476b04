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

// overlap is how far back each look goes again: there is no since-id, and an
// item is filed by its author's clock where that is slow (lexicon
// listNotifications; atproto source, sortAt).
const overlap = 6 * time.Minute

// position is what an Events cursor holds.
type position struct {
	At   string            `json:"at"`             // newest indexedAt seen
	Seen map[string]string `json:"seen,omitempty"` // uri → indexedAt, of those within the overlap
	Chat string            `json:"chat,omitempty"`
	// Reads tells whether chat has been read once: before, it is at the present.
	Reads bool `json:"reads,omitempty"`
}

type notification struct {
	URI     string  `json:"uri"`
	CID     string  `json:"cid"`
	Author  profile `json:"author"`
	Reason  string  `json:"reason"`
	Record  said    `json:"record"`
	Indexed string  `json:"indexedAt"`
}

type profile struct {
	DID         string `json:"did"`
	Handle      string `json:"handle"`
	Name        string `json:"displayName"`
	Description string `json:"description"`
	Followers   int    `json:"followersCount"`
	Labels      []struct {
		Value string `json:"val"`
	} `json:"labels"`
}

func (p profile) person() network.Person {
	out := network.Person{ID: p.DID, Handle: p.Handle, Name: p.Name, Followers: p.Followers,
		NoBot: strings.Contains(strings.ToLower(p.Description), "#nobot")}
	for _, l := range p.Labels {
		out.Bot = out.Bot || l.Value == "bot"
	}
	return out
}

// Events implements network.Client: notifications, and chat messages where
// the app password may read them.
func (c *client) Events(ctx context.Context, cursor string) ([]network.Event, string, error) {
	var p position
	_ = json.Unmarshal([]byte(cursor), &p) // an empty cursor is now
	found, err := c.notifications(ctx, p, cursor == "")
	if err != nil {
		return nil, cursor, err
	}
	events := c.fresh(found, &p, cursor == "")
	messages, err := c.chatEvents(ctx, &p)
	if err != nil && len(events) == 0 {
		return nil, cursor, err // with events, chat is read the next time
	}
	next, _ := json.Marshal(p) // strings can't fail
	return append(events, messages...), string(next), nil
}

// notifications reads pages, newest first, back to before the position, and
// returns them oldest first.
func (c *client) notifications(ctx context.Context, p position, first bool) (all []notification, err error) {
	q := url.Values{"limit": {"100"}}
	for {
		var page struct {
			Notifications []notification `json:"notifications"`
			Cursor        string         `json:"cursor"`
		}
		if err := c.call(ctx, xrpc{nsid: "app.bsky.notification.listNotifications", query: q}, &page); err != nil {
			return nil, err
		}
		for _, n := range page.Notifications {
			if before(n.Indexed, p.At) {
				slices.Reverse(all)
				return all, nil
			}
			all = append(all, n)
		}
		if page.Cursor == "" || page.Cursor == q.Get("cursor") || first {
			slices.Reverse(all)
			return all, nil
		}
		q.Set("cursor", page.Cursor)
	}
}

// before tells whether a lies more than the overlap before b.
func before(a, b string) bool {
	x, err1 := time.Parse(time.RFC3339Nano, a)
	y, err2 := time.Parse(time.RFC3339Nano, b)
	return err1 == nil && err2 == nil && x.Before(y.Add(-overlap))
}

// fresh returns the events of found that p has not seen, and moves p on.
func (c *client) fresh(found []notification, p *position, first bool) (events []network.Event) {
	me := ""
	if t := c.current(); t != nil {
		me = t.DID
	}
	if p.Seen == nil {
		p.Seen = map[string]string{}
	}
	for _, n := range found {
		if _, seen := p.Seen[n.URI]; seen {
			continue
		}
		p.Seen[n.URI] = n.Indexed
		p.At = max(p.At, n.Indexed)
		if !first {
			events = append(events, n.event(me)...)
		}
	}
	for uri, at := range p.Seen {
		if before(at, p.At) {
			delete(p.Seen, uri)
		}
	}
	return events
}

// event is what we take of a notification. An answer deeper in a thread of
// ours is not for us unless it names us. A quote of ours is.
func (n notification) event(me string) []network.Event {
	ours := n.Record.Reply != nil && strings.HasPrefix(n.Record.Reply.Parent.URI, "at://"+me+"/")
	named := slices.Contains(n.names(), me)
	switch {
	case n.Reason == "follow":
		p := n.Author.person()
		return []network.Event{{Follow: &p}}
	case n.Reason == "mention", n.Reason == "reply" && (ours || named):
		return []network.Event{{Mention: n.mention()}}
	case n.Reason == "quote": // of a post of ours; only a person may answer one that does not speak to us
		m := n.mention()
		m.Quote = !ours && !named
		return []network.Event{{Mention: m}}
	}
	return nil
}

func (n notification) names() (dids []string) {
	return n.Record.DIDs
}

func (n notification) mention() *network.Mention {
	x := ref{URI: n.URI, CID: n.CID}
	m := &network.Mention{Item: n.URI, Author: n.Author.person(), Text: n.Record.Text, Names: n.names()}
	if r := n.Record.Reply; r != nil {
		x.Root, m.ReplyTo = r.Root, r.Parent.URI
		did, _, _ := strings.Cut(strings.TrimPrefix(r.Parent.URI, "at://"), "/")
		m.Names = append(m.Names, did)
	}
	if len(n.Record.Langs) > 0 {
		m.Language = n.Record.Langs[0]
	}
	m.At, _ = time.Parse(time.RFC3339Nano, n.Indexed) // the author's clock is the author's
	text, _ := json.Marshal(x)                        // strings can't fail
	m.Ref = network.Ref(text)
	return m
}
