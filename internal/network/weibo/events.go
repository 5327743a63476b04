package weibo

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"magpie/internal/network"
)

// place is a cursor: the last item of each list, and which is read next.
type place struct {
	Last   [3]string `json:"last"`
	Turn   int       `json:"turn"`
	Closed [3]bool   `json:"closed"` // when they were read last
}

func parsePlace(cursor string) (p place) {
	_ = json.Unmarshal([]byte(cursor), &p)
	return p
}

func (p place) String() string {
	text, _ := json.Marshal(p) // strings can't fail
	return string(text)
}

// lists are where people speak to us: posts that name us, comments on our posts,
// comments that name us.
var lists = [3]string{"/2/statuses/mentions.json", "/2/comments/to_me.json", "/2/comments/mentions.json"}

// Events implements network.Client. There are three lists, and few calls a day,
// so they are read by turns. A list is read once from now on, then above its
// cursor. One that the app's contract does not cover is left out.
func (c *client) Events(ctx context.Context, cursor string) ([]network.Event, string, error) {
	if _, err := c.me(ctx); err != nil { // our own words are no mentions
		return nil, cursor, err
	}
	if cursor == "" {
		return c.present(ctx)
	}
	at := parsePlace(cursor)
	var failed error
	for range lists {
		n := at.Turn % len(lists)
		at.Turn = (n + 1) % len(lists)
		events, newest, err := c.heard(ctx, n, at.Last[n])
		if network.IsLost(err) {
			at.Last[n] = newest
			return events, at.String(), err
		}
		if err != nil && (network.ReasonOf(err) == network.SignedOut || slices.Contains(slow, codeOf(err)) || network.IsOurs(err)) {
			return nil, cursor, err
		}
		if err != nil { // the next list in its place
			failed = err
			continue
		}
		if at.Closed[n] = !c.covers(n); !at.Closed[n] {
			at.Last[n] = newest
			return events, at.String(), at.deaf()
		}
	}
	if failed == nil {
		failed = at.deaf()
	}
	return nil, at.String(), failed
}

// deaf says which lists are closed to the app, nil if none is.
func (p place) deaf() error {
	var all []string
	for n, what := range listed {
		if p.Closed[n] {
			all = append(all, what)
		}
	}
	if all == nil {
		return nil
	}
	return network.Fail(network.Partly, "the app's contract with Weibo does not cover reading %s: what people write there is not read",
		strings.Join(all, ", "))
}

// listed are the lists in words.
var listed = [len(lists)]string{"posts that name the account", "comments on its posts", "comments that name it"}

func (c *client) covers(n int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.closed[lists[n]]
}

// heard reads a list, unless it is known to be closed to the app. One that Weibo
// refuses to show is closed until the next start.
func (c *client) heard(ctx context.Context, n int, after string) (events []network.Event, newest string, err error) {
	if !c.covers(n) {
		return nil, after, nil
	}
	if n == 0 {
		events, newest, err = c.mentions(ctx, after)
	} else {
		events, newest, err = c.commented(ctx, lists[n], after)
	}
	if err != nil && network.ReasonOf(err) == network.Refused {
		c.mu.Lock()
		c.closed[lists[n]] = true
		c.mu.Unlock()
		return nil, after, nil
	}
	return events, newest, err
}

// present is the cursor of now, over all three lists. One that can't be read now is
// heard from when it can.
func (c *client) present(ctx context.Context) ([]network.Event, string, error) {
	var at place
	var failed error
	good := 0
	for n := range lists {
		var err error
		if _, at.Last[n], err = c.heard(ctx, n, ""); err != nil {
			failed = err
			continue
		}
		at.Closed[n] = !c.covers(n)
		good++
	}
	if good == 0 {
		return nil, "", failed
	}
	return nil, at.String(), at.deaf()
}

// list reads what came after an item, page by page back from the newest; after
// "" means the newest alone. It returns the id of the newest.
func list[T any](ctx context.Context, c *client, path, after string, id func(T) string) (all []T, newest string, err error) {
	q := url.Values{"count": {"200"}}
	if newest = after; after == "" {
		newest = "1" // a list that is empty: whatever comes is new
	} else {
		q.Set("since_id", after)
	}
	for lost := 0; ; {
		items, unread, left, err := readPage[T](ctx, c, path, q)
		if err != nil {
			return nil, after, err
		}
		lost += unread
		if last := len(all) - 1; last >= 0 { // max_id is among the answer, and something may have been deleted meanwhile
			items = slices.DeleteFunc(items, func(x T) bool { return later(id(x), id(all[last])) != id(all[last]) || id(x) == id(all[last]) })
		}
		for _, x := range items {
			newest = later(newest, id(x))
		}
		if after == "" {
			if len(items) == 0 && left > 200 { // a few that are hidden from us are no reason to wait
				return nil, after, network.Fail(network.Busy, "Weibo does not show the newest of %s", path)
			}
			return nil, newest, nil
		}
		all = append(all, items...)
		if len(items) == 0 || left == 0 {
			slices.Reverse(all)
			return all, newest, network.Unread(lost, "items", "Weibo")
		}
		q.Set("max_id", id(all[len(all)-1]))
	}
}

// readPage is one page of a list; left is not 0 if there may be more.
func readPage[T any](ctx context.Context, c *client, path string, q url.Values) (items []T, lost int, left int64, err error) {
	var page struct {
		Statuses json.RawMessage `json:"statuses"`
		Comments json.RawMessage `json:"comments"`
		Next     int64           `json:"next_cursor"`
		Total    int64           `json:"total_number"`
	}
	if err := c.call(ctx, request{method: http.MethodGet, path: path, form: q}, &page); err != nil {
		return nil, 0, 0, err
	}
	text := page.Statuses
	if text == nil {
		text = page.Comments
	}
	var raw []json.RawMessage
	if text == nil || json.Unmarshal(text, &raw) != nil {
		return nil, 0, 0, rubbish(http.MethodGet)
	}
	items, lost = network.Items[T](raw)
	if !q.Has("since_id") {
		return items, lost, page.Total, nil
	}
	return items, lost, page.Next, nil
}

func (c *client) mentions(ctx context.Context, after string) (events []network.Event, newest string, err error) {
	all, newest, err := list(ctx, c, "/2/statuses/mentions.json", after, func(s status) string { return s.ID })
	for _, s := range all {
		if !c.isSelf(s.User) {
			events = append(events, network.Event{Mention: &network.Mention{Item: "https://weibo.com/" + s.User.ID + "/" + s.ID,
				Ref: ref{Status: s.ID, From: s.User.ID}.String(),
				At:  s.At.Time, Author: s.User.person(), Text: s.words(), Language: "zh", Names: c.names()}})
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
		m := &network.Mention{Item: "comment:" + x.ID, Ref: ref{Status: x.Status.ID, Comment: x.ID, From: x.Status.User.ID}.String(),
			At:     x.At.Time,
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
	if c.uid == "" {
		return nil
	}
	return []string{c.uid}
}

func (c *client) isSelf(u user) bool { return slices.Contains(c.names(), u.ID) }

// later is the larger of two ids, which are numbers of 64 bits.
func later(a, b string) string {
	if len(b) > len(a) || len(b) == len(a) && b > a {
		return b
	}
	return a
}
