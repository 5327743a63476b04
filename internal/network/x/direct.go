package x

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"magpie/internal/network"
)

// spoken is a direct message on X.
type spoken struct {
	ID       string    `json:"id"`
	Type     string    `json:"event_type"`
	Text     string    `json:"text"`
	From     string    `json:"sender_id"`
	Convo    string    `json:"dm_conversation_id"`
	At       time.Time `json:"created_at"`
	Entities entities  `json:"entities"`
}

func (s spoken) words() string { return asWritten(s.Text, s.Entities) }

// to is whom a message of ours in a conversation of two is for: its name is made
// of both ids. One of a group is for nobody.
func (s spoken) to(me string) string {
	a, b, two := strings.Cut(s.Convo, "-")
	switch {
	case !two:
		return ""
	case a == me:
		return b
	}
	return a
}

// group tells whether more than two take part: nothing in there is said to us alone.
func (s spoken) group() bool { return s.Convo != "" && !strings.Contains(s.Convo, "-") }

// messages shows direct messages, the newest first, until enough were seen (GET
// /2/dm_events, or those with one person).
func (c *client) messages(ctx context.Context, path string, see func(spoken, map[string]user) (enough bool)) error {
	q := url.Values{"max_results": {"10"}, // mostly there is nothing new; what follows comes in larger pages
		"event_types": {"MessageCreate"}, "expansions": {"sender_id"},
		"dm_event.fields": {"created_at,sender_id,dm_conversation_id,entities"}, "user.fields": {userFields}}
	for lost := 0; ; {
		var p page[spoken]
		x := call{method: http.MethodGet, path: path, query: q, charge: reading("direct", network.ForAnswers),
			each: c.price("read direct") + c.price("read user"), least: 1, read: func() []network.Charge { return charges(c, "direct", p) }}
		if err := c.do(ctx, x, &p); err != nil {
			return err
		}
		if err := p.check(); err != nil {
			return err
		}
		users := p.users()
		lost += p.Lost
		for _, m := range p.Data {
			if (m.Type == "" || m.Type == "MessageCreate") && !m.group() && see(m, users) {
				return network.Unread(lost, "direct messages", "X")
			}
		}
		if p.next() == "" || p.next() == q.Get("pagination_token") {
			return network.Unread(lost, "direct messages", "X")
		}
		q.Set("pagination_token", p.next())
		q.Set("max_results", "100")
	}
}

func with(person string) string {
	return "/2/dm_conversations/with/" + url.PathEscape(person) + "/dm_events"
}

func (c *client) findDirect(ctx context.Context, d *message, since time.Time, taken func(string) bool) (it network.Receipt, found bool,
	err error) {
	me, err := c.me(ctx)
	if err != nil {
		return it, false, err
	}
	err = c.messages(ctx, with(d.To), func(m spoken, _ map[string]user) bool {
		if m.At.Before(since.Truncate(time.Second)) {
			return true
		}
		if m.From == me && m.Entities.mayRead(d.Text, m.Text, func(there, ours string) bool { return bare(there) == bare(ours) }) &&
			!taken("dm:"+m.ID) {
			it, found = network.Receipt{ID: "dm:" + m.ID}, true
		}
		return found
	})
	switch {
	case found:
		err = nil // what else can't be read there is no matter
	case network.IsLost(err):
		err = network.Fail(network.Unproven, "%w", err)
	}
	return it, found, err
}

// said are our direct messages since an instant.
func (c *client) said(ctx context.Context, since time.Time) (all []network.Posted, err error) {
	me, err := c.me(ctx)
	if err != nil {
		return nil, err
	}
	err = c.messages(ctx, "/2/dm_events", func(m spoken, _ map[string]user) bool {
		if m.From == me && !m.At.Before(since.Truncate(time.Second)) {
			all = append(all, network.Posted{Receipt: network.Receipt{ID: "dm:" + m.ID}, At: m.At, Text: m.words(), Direct: true,
				To: []network.Person{{ID: m.to(me)}}})
		}
		return m.At.Before(since.Truncate(time.Second))
	})
	return all, err
}

func (c *client) answeredDirect(ctx context.Context, x ref, ours func(string) bool) (yes bool, err error) {
	err = c.messages(ctx, with(x.From), func(m spoken, _ map[string]user) bool {
		if later(m.ID, strings.TrimPrefix(x.ID, "dm:")) <= 0 {
			return true
		}
		yes = yes || m.From != x.From && (ours == nil || !ours("dm:"+m.ID))
		return yes
	})
	return yes, err
}

// heard are the direct messages that came after the one with that id, the oldest
// first, and the id of the newest.
func (c *client) heard(ctx context.Context, after, me string) (events []network.Event, newest string, err error) {
	newest = after
	err = c.messages(ctx, "/2/dm_events", func(m spoken, users map[string]user) bool {
		if after == "" || later(m.ID, after) <= 0 {
			if newest == "" {
				newest = m.ID
			}
			return true
		}
		if later(m.ID, newest) > 0 {
			newest = m.ID
		}
		if m.From != me {
			events = append(events, network.Event{Mention: m.mention(users)})
		}
		return false
	})
	if newest == "" && (err == nil || network.IsLost(err)) {
		newest = "1" // nobody has written yet: whoever does is new
	}
	slices.Reverse(events)
	return events, newest, err
}

func (s spoken) mention(users map[string]user) *network.Mention {
	u := users[s.From]
	u.ID = s.From
	return &network.Mention{Item: "dm:" + s.ID, Ref: makeRef(ref{ID: "dm:" + s.ID, Direct: true, From: s.From}), At: s.At,
		Author: u.person(), Text: s.words(), Direct: true}
}
