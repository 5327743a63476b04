package weibo

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"

	"magpie/internal/network"
)

// place is a cursor: the last item of each list.
type place struct {
	Mentions string `json:"mentions"` // posts that name us
	Comments string `json:"comments"` // comments on our posts
	Named    string `json:"named"`    // comments that name us
}

func parsePlace(cursor string) (p place) {
	_ = json.Unmarshal([]byte(cursor), &p)
	return p
}

func (p place) String() string {
	text, _ := json.Marshal(p) // strings can't fail
	return string(text)
}

// Events implements network.Client. There are three lists, and few calls a day,
// so they are read by turns (statuses/mentions, comments/to_me,
// comments/mentions). A list is read once from now on, then above its cursor.
func (c *client) Events(ctx context.Context, cursor string) ([]network.Event, string, error) {
	at := parsePlace(cursor)
	if cursor == "" {
		return c.present(ctx)
	}
	c.mu.Lock()
	turn := c.turn % 3
	c.turn++
	c.mu.Unlock()
	var events []network.Event
	var err error
	switch turn {
	case 0:
		events, at.Mentions, err = c.mentions(ctx, at.Mentions)
	case 1:
		events, at.Comments, err = c.commented(ctx, "/2/comments/to_me.json", at.Comments)
	case 2:
		events, at.Named, err = c.commented(ctx, "/2/comments/mentions.json", at.Named)
	}
	if err != nil {
		return nil, cursor, err
	}
	return events, at.String(), nil
}

// present is the cursor of now, over all three lists.
func (c *client) present(ctx context.Context) ([]network.Event, string, error) {
	var at place
	var err1, err2, err3 error
	_, at.Mentions, err1 = c.mentions(ctx, "")
	_, at.Comments, err2 = c.commented(ctx, "/2/comments/to_me.json", "")
	_, at.Named, err3 = c.commented(ctx, "/2/comments/mentions.json", "")
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			return nil, "", err
		}
	}
	return nil, at.String(), nil
}

// above is the query for what came after an item; "" asks for the newest alone.
func above(after string) url.Values {
	if after == "" {
		return url.Values{"count": {"1"}}
	}
	return url.Values{"count": {"200"}, "since_id": {after}}
}

func (c *client) mentions(ctx context.Context, after string) (events []network.Event, newest string, err error) {
	var page struct {
		Statuses []status `json:"statuses"`
	}
	if err := c.call(ctx, request{method: http.MethodGet, path: "/2/statuses/mentions.json", form: above(after)}, &page); err != nil {
		return nil, after, err
	}
	newest = first(after)
	for _, s := range page.Statuses {
		newest = later(newest, s.ID)
		if after != "" && !c.isSelf(s.User) {
			events = append(events, network.Event{Mention: &network.Mention{Item: "https://weibo.com/" + s.User.ID + "/" + s.ID, Ref: ref{Status: s.ID, From: s.User.ID}.String(),
				At: s.At.Time, Author: s.User.person(), Text: s.words(), Language: "zh", Names: c.names()}})
		}
	}
	slices.Reverse(events)
	return events, newest, nil
}

func (c *client) commented(ctx context.Context, path, after string) (events []network.Event, newest string, err error) {
	var page struct {
		Comments []comment `json:"comments"`
	}
	if err := c.call(ctx, request{method: http.MethodGet, path: path, form: above(after)}, &page); err != nil {
		return nil, after, err
	}
	newest = first(after)
	for _, x := range page.Comments {
		newest = later(newest, x.ID)
		if after == "" || c.isSelf(x.User) {
			continue
		}
		m := &network.Mention{Item: "comment:" + x.ID, Ref: ref{Status: x.Status.ID, Comment: x.ID, From: x.Status.User.ID}.String(), At: x.At.Time,
			Author: x.User.person(), Text: x.Text, Language: "zh", ReplyTo: x.Status.ID, Names: c.names()}
		if x.Replied != nil {
			m.ReplyTo = commentID(x.Status.ID, x.Replied.ID)
		}
		events = append(events, network.Event{Mention: m})
	}
	slices.Reverse(events)
	return events, newest, nil
}

// names is whom all that these lists show is for: us.
func (c *client) names() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.self == nil {
		return nil
	}
	return []string{c.self.ID}
}

func (c *client) isSelf(u user) bool { return slices.Contains(c.names(), u.ID) }

// first is the cursor of a list that was empty: whatever comes is new.
func first(after string) string {
	if after == "" {
		return "1"
	}
	return after
}

// later is the larger of two ids, which are numbers of 64 bits.
func later(a, b string) string {
	if len(b) > len(a) || len(b) == len(a) && b > a {
		return b
	}
	return a
}
