package weibo

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"

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

// list reads what came after an item, page by page, since a page is the newest
// of it; after "" asks for the newest alone. It returns the id of the newest.
func list[T any](ctx context.Context, c *client, path, after string, id func(T) string) (all []T, newest string, err error) {
	q := url.Values{"count": {"200"}, "since_id": {after}}
	if newest = after; after == "" {
		q, newest = url.Values{"count": {"1"}}, "1" // a list that is empty: whatever comes is new
	}
	for n := 1; ; n++ {
		var page struct {
			Statuses json.RawMessage `json:"statuses"`
			Comments json.RawMessage `json:"comments"`
			Next     int64           `json:"next_cursor"`
		}
		q.Set("page", strconv.Itoa(n))
		if err := c.call(ctx, request{method: http.MethodGet, path: path, form: q}, &page); err != nil {
			return nil, after, err
		}
		var items []T
		text := page.Statuses
		if text == nil {
			text = page.Comments
		}
		if text != nil && json.Unmarshal(text, &items) != nil {
			return nil, after, rubbish(http.MethodGet)
		}
		for _, x := range items {
			newest = later(newest, id(x))
		}
		if after == "" {
			return nil, newest, nil
		}
		all = append(all, items...)
		if page.Next == 0 || len(items) == 0 {
			slices.Reverse(all)
			return all, newest, nil
		}
	}
}

func (c *client) mentions(ctx context.Context, after string) (events []network.Event, newest string, err error) {
	all, newest, err := list(ctx, c, "/2/statuses/mentions.json", after, func(s status) string { return s.ID })
	for _, s := range all {
		if !c.isSelf(s.User) {
			events = append(events, network.Event{Mention: &network.Mention{Item: "https://weibo.com/" + s.User.ID + "/" + s.ID, Ref: ref{Status: s.ID, From: s.User.ID}.String(),
				At: s.At.Time, Author: s.User.person(), Text: s.words(), Language: "zh", Names: c.names()}})
		}
	}
	return events, newest, err
}

func (c *client) commented(ctx context.Context, path, after string) (events []network.Event, newest string, err error) {
	all, newest, err := list(ctx, c, path, after, func(x comment) string { return x.ID })
	for _, x := range all {
		if c.isSelf(x.User) {
			continue
		}
		m := &network.Mention{Item: "comment:" + x.ID, Ref: ref{Status: x.Status.ID, Comment: x.ID, From: x.Status.User.ID}.String(), At: x.At.Time,
			Author: x.User.person(), Text: x.Text, Language: "zh", ReplyTo: x.Status.ID, Names: c.names()}
		if x.Replied != nil {
			m.ReplyTo = commentID(x.Status.ID, x.Replied.ID)
		}
		events = append(events, network.Event{Mention: m})
	}
	return events, newest, err
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

// later is the larger of two ids, which are numbers of 64 bits.
func later(a, b string) string {
	if len(b) > len(a) || len(b) == len(a) && b > a {
		return b
	}
	return a
}
