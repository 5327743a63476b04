package bluesky

import (
	"context"
	"net/url"
	"slices"

	"magpie/internal/network"
)

// Metrics implements network.Client (app.bsky.feed.getPosts, 25 at a time). Bluesky
// tells no views.
func (c *client) Metrics(ctx context.Context, ids []string) (all []network.Metrics, err error) {
	for some := range slices.Chunk(ids, 25) {
		var page struct {
			Posts []struct {
				URI     string `json:"uri"`
				Likes   int    `json:"likeCount"`
				Reposts int    `json:"repostCount"`
				Replies int    `json:"replyCount"`
				Quotes  int    `json:"quoteCount"`
			} `json:"posts"`
		}
		if err := c.call(ctx, xrpc{nsid: "app.bsky.feed.getPosts", query: url.Values{"uris": some}}, &page); err != nil {
			return nil, err
		}
		for _, x := range page.Posts {
			all = append(all, network.Metrics{ID: x.URI, Likes: x.Likes, Reposts: x.Reposts, Replies: x.Replies, Quotes: x.Quotes,
				Views: network.Untold})
		}
	}
	return all, nil
}
