package x

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"magpie/internal/network"
)

// figures are a post's public_metrics, by their old and new names.
type figures struct {
	Reposts  int `json:"repost_count"`
	Retweets int `json:"retweet_count"`
	Replies  int `json:"reply_count"`
	Likes    int `json:"like_count"`
	Quotes   int `json:"quote_count"`
	Views    int `json:"impression_count"`
}

// Metrics implements network.Client (GET /2/tweets?ids=, 100 at a time). X charges
// for each post once a day.
func (c *client) Metrics(ctx context.Context, ids []string) (all []network.Metrics, err error) {
	for some := range slices.Chunk(ids, 100) {
		p, err := c.asking(ctx, "/2/tweets", url.Values{"ids": {strings.Join(some, ",")}}, reading("post", network.ForNumbers))
		if err != nil && !gone(err) {
			return nil, err
		}
		for _, x := range p.Data {
			f := x.Metrics
			all = append(all, network.Metrics{ID: x.ID, Likes: f.Likes, Reposts: max(f.Reposts, f.Retweets), Replies: f.Replies, Quotes: f.Quotes,
				Views: f.Views})
		}
	}
	return all, nil
}

// gone tells whether a page is empty because all that it would show is deleted.
func gone(err error) bool { return strings.Contains(strings.ToLower(err.Error()), "could not find") }
