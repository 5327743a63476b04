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

// Metrics implements network.Client (GET statuses/count, 100 at a time). Weibo tells
// neither quotes nor views.
func (c *client) Metrics(ctx context.Context, ids []string) (all []network.Metrics, err error) {
	for some := range slices.Chunk(ids, 100) {
		var counts []struct {
			ID       json.Number `json:"id"`
			Comments int         `json:"comments"`
			Reposts  int         `json:"reposts"`
			Likes    int         `json:"attitudes"`
		}
		q := url.Values{"ids": {strings.Join(some, ",")}}
		if err := c.call(ctx, request{method: http.MethodGet, path: "/2/statuses/count.json", form: q, purpose: network.ForNumbers},
			&counts); err != nil {
			return nil, err
		}
		for _, x := range counts {
			all = append(all, network.Metrics{ID: x.ID.String(), Likes: x.Likes, Reposts: x.Reposts, Replies: x.Comments, Quotes: network.Untold,
				Views: network.Untold})
		}
	}
	return all, nil
}
