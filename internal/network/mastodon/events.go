package mastodon

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"

	"magpie/internal/network"
)

// Events implements network.Client. min_id gives the page directly above the
// cursor, so nothing is skipped (Mastodon documentation, Pagination).
func (c *client) Events(ctx context.Context, cursor string) ([]network.Event, string, error) {
	if cursor == "" {
		return c.present(ctx)
	}
	page, err := c.notifications(ctx, url.Values{"limit": {"80"}, "min_id": {cursor}})
	if err != nil {
		return nil, cursor, err
	}
	var events []network.Event
	for _, n := range page {
		if later(n.ID, cursor) <= 0 {
			continue
		}
		cursor = n.ID
		events = append(events, c.event(n)...)
	}
	return events, cursor, nil
}

// present is the cursor of now.
func (c *client) present(ctx context.Context) ([]network.Event, string, error) {
	page, err := c.notifications(ctx, url.Values{"limit": {"1"}})
	if err != nil || len(page) == 0 {
		return nil, "0", err
	}
	return nil, page[0].ID, nil
}

// notifications returns a page, oldest first.
func (c *client) notifications(ctx context.Context, q url.Values) (page []notification, err error) {
	q["types[]"] = []string{"mention", "follow"}
	q.Set("include_filtered", "true")
	_, err = c.get(ctx, "/api/v1/notifications", q, &page)
	slices.SortFunc(page, func(a, b notification) int { return later(a.ID, b.ID) })
	return page, err
}

// event is what we take of a notification; types we do not know are skipped.
func (c *client) event(n notification) []network.Event {
	switch {
	case n.Type == "mention" && n.Status != nil:
		return []network.Event{{Mention: c.mention(*n.Status)}}
	case n.Type == "follow":
		p := c.person(n.Account)
		return []network.Event{{Follow: &p}}
	}
	return nil
}

func (c *client) mention(s status) *network.Mention {
	r, _ := json.Marshal(ref{ID: s.ID}) // a string can't fail
	m := &network.Mention{
		Item: s.URI, Ref: network.Ref(r), At: s.CreatedAt, Author: c.person(s.Account),
		Text: plain(s.Content), Language: s.Language, ReplyTo: s.InReplyTo,
		Direct: s.Visibility == "direct" || s.Visibility == "private",
	}
	for _, a := range s.Mentions {
		m.Names = append(m.Names, a.ID)
	}
	return m
}
