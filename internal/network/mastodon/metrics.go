package mastodon

import (
	"context"
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
		var page []figures
		_, err := c.get(ctx, "/api/v1/statuses", url.Values{"id[]": some}, &page)
		if network.ReasonOf(err) == network.Refused && err != nil {
			page, err = c.oneByOne(ctx, some)
		}
		if err != nil {
			return nil, err
		}
		for _, x := range page {
			m := network.Metrics{ID: x.ID, Likes: x.Likes, Reposts: x.Reposts, Replies: x.Replies, Quotes: network.Untold, Views: network.Untold}
			if x.Quotes != nil {
				m.Quotes = *x.Quotes
			}
			all = append(all, m)
		}
	}
	return all, nil
}

func (c *client) oneByOne(ctx context.Context, ids []string) (all []figures, err error) {
	for _, id := range ids {
		var x figures
		_, err := c.get(ctx, "/api/v1/statuses/"+url.PathEscape(id), nil, &x)
		if network.ReasonOf(err) == network.Refused && err != nil {
			continue // it is gone
		}
		if err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	return all, nil
}
