package x

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"

	"magpie/internal/network"
)

// place is a cursor: the last mention and the last direct message. Where the mentions
// could not be read to the end, those between Mention and Until are read next; Newest
// is the last mention then.
type place struct {
	Mention string `json:"mention"`
	Direct  string `json:"direct"`
	Until   string `json:"until,omitempty"`
	Newest  string `json:"newest,omitempty"`
}

func parsePlace(cursor string) (p place) {
	_ = json.Unmarshal([]byte(cursor), &p)
	return p
}

func (p place) String() string {
	text, _ := json.Marshal(p) // strings can't fail
	return string(text)
}

// Events implements network.Client: mentions above the cursor (GET
// /2/users/:id/mentions, of which X shows the last 800), and direct messages
// where the sign-in covers them. Pages come newest first, so all are read
// before one is handed over.
func (c *client) Events(ctx context.Context, cursor string) ([]network.Event, string, error) {
	me, err := c.me(ctx)
	if err != nil {
		return nil, cursor, err
	}
	at := parsePlace(cursor)
	events, lost, err := c.mentions(ctx, me, &at)
	if err != nil {
		return nil, cursor, err
	}
	if lost != nil {
		return events, at.String(), lost // direct messages are read next time
	}
	if len(events) >= mostMentions {
		f := network.Fail(network.Partly, "X shows only the last %d mentions, and more have come since they were last read: the "+
			"older ones can't be read", mostMentions)
		f.Lost = true
		return events, at.String(), f
	}
	if at.Until != "" {
		return events, at.String(), nil // the rest comes first
	}
	said, newest, err := c.heard(ctx, at.Direct, me)
	if network.IsLost(err) {
		at.Direct = newest
		return append(events, said...), at.String(), err
	}
	if err != nil {
		return c.deafTo(events, at, cursor, err)
	}
	at.Direct = newest
	return append(events, said...), at.String(), nil
}

const mostMentions = 800 // X documentation, GET /2/users/:id/mentions

// deafTo hands over the mentions although direct messages can't be read. A person
// has to know if that lasts.
func (c *client) deafTo(events []network.Event, at place, cursor string, err error) ([]network.Event, string, error) {
	reason := network.ReasonOf(err)
	switch {
	case noDirect(err):
		return events, at.String(), network.Fail(network.Partly, "the sign-in does not cover direct messages, so they are not read (%w)", err)
	case len(events) == 0 && (reason == network.SignedOut || network.IsUnpaid(err) || network.IsOurs(err)):
		return nil, cursor, err
	}
	f := network.Fail(network.Partly, "direct messages can't be read: %w", err)
	f.Passes = true
	return events, at.String(), f
}

// mentions are those after a place, the oldest first, which is moved on. From "" they
// are those from now on. What was read before a page that can't be had is not lost:
// it has been paid for.
func (c *client) mentions(ctx context.Context, me string, at *place) (events []network.Event, lost, err error) {
	unread := 0
	q, begin := url.Values{"max_results": {"100"}}, at.Mention == ""
	if begin {
		q.Set("max_results", "5")
	} else {
		q.Set("since_id", at.Mention)
	}
	if at.Until != "" {
		q.Set("until_id", at.Until)
	} else {
		at.Newest = at.Mention
	}
	for n := 0; ; n++ {
		p, err := c.asking(ctx, "/2/users/"+url.PathEscape(me)+"/mentions", q, reading("post", network.ForAnswers))
		if err != nil && n > 0 && len(events) > 0 {
			slices.Reverse(events)
			return events, network.Unread(unread, "mentions", "X"), nil
		}
		if err != nil {
			return nil, nil, err
		}
		users := p.users()
		unread += p.Lost
		for _, m := range p.Data {
			if later(m.ID, at.Newest) > 0 {
				at.Newest = m.ID
			}
			at.Until = m.ID
			if m.Author != me && !begin {
				events = append(events, network.Event{Mention: m.mention(users)})
			}
		}
		if begin && at.Newest == "" {
			at.Newest = "1" // nobody has named us yet: whoever does is new
		}
		if p.next() == "" || p.next() == q.Get("pagination_token") || begin {
			at.Mention, at.Until, at.Newest = at.Newest, "", ""
			slices.Reverse(events)
			return events, network.Unread(unread, "mentions", "X"), nil
		}
		q.Set("pagination_token", p.next())
	}
}

func (p post) mention(users map[string]user) *network.Mention {
	u := users[p.Author]
	u.ID = p.Author
	m := &network.Mention{Item: address(p.ID), Ref: makeRef(ref{ID: p.ID, From: p.Author}), At: p.At, Author: u.person(), Text: p.words(),
		Language: p.Language, ReplyTo: p.answers()}
	for _, x := range p.named() {
		m.Names = append(m.Names, x.ID)
	}
	if m.Language == "und" || m.Language == "zxx" || m.Language == "qme" { // X: not determined
		m.Language = ""
	}
	return m
}
