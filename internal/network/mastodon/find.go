package mastodon

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"magpie/internal/network"
)

// Find implements network.Client: it reads the account's own statuses back to
// since and compares visibility, what is answered, and the words.
func (c *client) Find(ctx context.Context, s network.Sealed, since time.Time, taken func(string) bool) (network.Receipt, bool, error) {
	var want post
	if err := json.Unmarshal(s.Body, &want); err != nil {
		return network.Receipt{}, false, network.Fail(network.Refused, "the stored post can't be read: %v", err)
	}
	var it network.Receipt
	err := c.own(ctx, since, func(got status) (done bool) {
		if same(want, got) && c.names(want, got) && !taken(got.ID) {
			it = network.Receipt{ID: got.ID, URL: got.URL}
		}
		return it.ID != ""
	})
	return it, it.ID != "", err
}

// Posts implements network.Client.
func (c *client) Posts(ctx context.Context, since time.Time) (all []network.Posted, err error) {
	err = c.own(ctx, since, func(s status) bool {
		p := network.Posted{Receipt: network.Receipt{ID: s.ID, URL: s.URL}, At: s.CreatedAt, Text: plain(s.Content), Direct: s.Visibility == "direct", ReplyTo: s.InReplyTo}
		for _, a := range s.Mentions {
			p.To = append(p.To, c.person(a))
		}
		all = append(all, p)
		return false
	})
	return all, err
}

// own shows the account's statuses back to since, the newest first, until
// enough were seen.
func (c *client) own(ctx context.Context, since time.Time, see func(status) (enough bool)) error {
	q := url.Values{"limit": {"40"}, "exclude_reblogs": {"true"}}
	for {
		page, err := c.statuses(ctx, q)
		if err != nil {
			return err
		}
		for _, got := range page {
			if got.CreatedAt.Before(since) || see(got) {
				return nil
			}
		}
		if len(page) == 0 {
			return nil
		}
		last := page[len(page)-1].ID
		if last == q.Get("max_id") { // a server that knows no pages
			return network.Fail(network.Busy, "the server does not show older posts")
		}
		q.Set("max_id", last)
	}
}

func (c *client) statuses(ctx context.Context, q url.Values) (page []status, err error) {
	id, err := c.me(ctx)
	if err != nil {
		return nil, err
	}
	_, err = c.get(ctx, "/api/v1/accounts/"+url.PathEscape(id)+"/statuses", q, &page)
	return page, err
}

// same compares what we sent with what is there. A server forgets what a post
// answers when that is deleted.
func same(want post, got status) bool {
	return (got.InReplyTo == want.InReplyTo || got.InReplyTo == "") && want.Visibility == got.Visibility &&
		bare(want.Status) == bare(plain(got.Content))
}

// names tells whether a status may name those whom our text names: nobody of
// the same name on another server. The server may not know somebody at all.
func (c *client) names(want post, got status) bool {
	for _, m := range mentionRule.FindAllStringSubmatch(want.Status, -1) {
		same, right := false, false
		for _, a := range got.Mentions {
			handle := strings.ToLower(c.handle(a))
			same = same || strings.HasPrefix(handle, strings.ToLower(m[2])+"@")
			right = right || handle == strings.ToLower(m[2]+"@"+m[3])
		}
		if same && !right {
			return false
		}
	}
	return true
}

// bare makes our text and the server's rendering of it comparable: the server
// shows @user for @user@host and may change white space.
func bare(text string) string {
	return strings.Join(strings.Fields(mentionRule.ReplaceAllString(text, "$1@$2")), " ")
}

// Answered implements network.Client: has the account a direct answer to m?
func (c *client) Answered(ctx context.Context, m network.Ref, ours func(string) bool) (bool, error) {
	me, err := c.me(ctx)
	if err != nil {
		return false, err
	}
	id := parseRef(m).ID
	var thread struct {
		Descendants []status `json:"descendants"`
	}
	if _, err := c.get(ctx, "/api/v1/statuses/"+url.PathEscape(id)+"/context", nil, &thread); err != nil {
		return false, err
	}
	for _, s := range thread.Descendants {
		if s.Account.ID == me && s.InReplyTo == id && (ours == nil || !ours(s.ID)) {
			return true, nil
		}
	}
	return false, nil
}
