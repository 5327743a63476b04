package mastodon

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"magpie/internal/network"
)

// figures are what a status says of how it fared (Mastodon documentation, Status).
type figures struct {
	ID      string `json:"id"`
	Replies int    `json:"replies_count"`
	Reposts int    `json:"reblogs_count"`
	Likes   int    `json:"favourites_count"`
	Quotes  *int   `json:"quotes_count"` // since 4.5
}

// Metrics implements network.Client (GET /api/v1/statuses, 20 at a time; one by one
// on servers that do not know that). Mastodon tells no views.
func (c *client) Metrics(ctx context.Context, ids []string) (all []network.Metrics, err error) {
	for some := range slices.Chunk(ids, 20) {
		page, err := c.figures(ctx, some)
		for _, x := range page {
			m := network.Metrics{ID: x.ID, Likes: x.Likes, Reposts: x.Reposts, Replies: x.Replies, Quotes: network.Untold, Views: network.Untold}
			if x.Quotes != nil {
				m.Quotes = *x.Quotes
			}
			all = append(all, m)
		}
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

func (c *client) figures(ctx context.Context, ids []string) (page []figures, err error) {
	c.mu.Lock()
	one := c.one
	c.mu.Unlock()
	if one {
		return c.oneByOne(ctx, ids)
	}
	if err := c.canWait(); err != nil {
		return nil, err
	}
	_, err = c.get(ctx, "/api/v1/statuses", url.Values{"id[]": ids}, &page)
	if s := statusOf(err); s < 400 || s >= 500 || s == http.StatusUnauthorized || s == http.StatusTooManyRequests {
		return page, err
	}
	c.mu.Lock()
	c.one = true
	c.mu.Unlock()
	return c.oneByOne(ctx, ids)
}

func (c *client) oneByOne(ctx context.Context, ids []string) (all []figures, err error) {
	for _, id := range ids {
		if err := c.canWait(); err != nil {
			return all, err
		}
		var x figures
		_, err := c.get(ctx, "/api/v1/statuses/"+url.PathEscape(id), nil, &x)
		if network.ReasonOf(err) == network.Refused && err != nil {
			continue // it is gone
		}
		if err != nil {
			return all, err
		}
		all = append(all, x)
	}
	return all, nil
}
