package mastodon

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"magpie/internal/network"
)

// search is a look for one post of ours. What is found where is written down in docs/decisions/proof.md.
type search struct {
	c       *client
	want    post
	words   string // what every server keeps of them
	taken   func(string) bool
	it      network.Receipt
	near    network.Receipt // a post whose words are the same but for what servers change
	maybe   bool            // there is a post that may be it, with other words
	private bool            // the list has a private post that is known to be ours, so it shows such posts
}

// may is how much of the words has to be the same for a post to be perhaps ours.
const may = 0.5

// Find implements network.Client: it reads the account's own statuses back to
// since, for a private one also the thread and the conversations, and compares
// visibility, what is answered, who is named, and the words that survive a server.
func (c *client) Find(ctx context.Context, s network.Sealed, since time.Time, taken func(string) bool) (network.Receipt, bool, error) {
	l := search{c: c, taken: taken}
	if err := json.Unmarshal(s.Body, &l.want); err != nil {
		return network.Receipt{}, false, network.Fail(network.Refused, "the stored post can't be read: %v", err)
	}
	l.words = kept(l.want.Status)
	trusted, err := c.documented(ctx)
	if err != nil {
		return network.Receipt{}, false, err
	}
	private := l.want.Visibility == "direct"
	if err := c.own(ctx, since, private && !trusted, l.see); err != nil || l.it.ID != "" {
		return l.it, err == nil && l.it.ID != "", err
	}
	if private {
		if err := l.elsewhere(ctx, since); err != nil || l.it.ID != "" {
			return l.it, err == nil && l.it.ID != "", err
		}
	}
	switch {
	case l.near.ID != "" && !trusted:
		return l.near, true, nil
	case l.maybe || l.near.ID != "":
		return l.it, false, network.Fail(network.Unproven, "the account has a post that may be this one with other words: the server "+
			"changes what it is given")
	case private && !trusted && !l.private:
		return l.it, false, network.Fail(network.Unproven, "it is not among the account's posts, but this server does not list private ones")
	}
	return l.it, false, nil
}

// see holds a status against the post. It tells when enough was seen.
func (l *search) see(got status, old bool) (enough bool) {
	if l.taken(got.ID) {
		l.private = l.private || got.Visibility == "direct"
		return false
	}
	if old {
		return false
	}
	if l.want.Visibility != got.Visibility || got.InReplyTo != l.want.InReplyTo && got.InReplyTo != "" || !l.c.names(l.want, got) {
		return false // a server forgets what a post answers when that is deleted
	}
	there, receipt := shown(got.Content), network.Receipt{ID: got.ID, URL: got.URL, At: got.CreatedAt}
	switch {
	case bare(plain(got.Content)) == bare(l.want.Status):
		l.it = receipt
		return true
	case there == l.words && there != "":
		l.near = receipt
	default:
		l.maybe = l.maybe || alike(there, l.words) >= may
	}
	return false
}

// bare makes our text and the server's rendering of it comparable: the server
// shows @user for @user@host and may change white space.
func bare(text string) string {
	return strings.Join(strings.Fields(mentionRule.ReplaceAllString(text, "$1@$2")), " ")
}

// elsewhere looks for a private post where servers show such: below what it answers, and among the conversations. A server may lack both.
func (l *search) elsewhere(ctx context.Context, since time.Time) error {
	me, err := l.c.me(ctx)
	if err != nil {
		return err
	}
	look := func(found []status) {
		for _, s := range found {
			if l.it.ID == "" && s.Account.ID == me && !s.CreatedAt.Before(since) {
				l.see(s, false)
			}
		}
	}
	if l.want.InReplyTo != "" {
		var thread struct {
			Descendants []status `json:"descendants"`
		}
		_, err := l.c.get(ctx, "/api/v1/statuses/"+url.PathEscape(l.want.InReplyTo)+"/context", nil, &thread)
		if err != nil && network.ReasonOf(err) != network.Refused {
			return err
		}
		look(thread.Descendants)
	}
	var talks []struct {
		Last *status `json:"last_status"`
	}
	_, err = l.c.get(ctx, "/api/v1/conversations", url.Values{"limit": {"40"}}, &talks)
	if err != nil && network.ReasonOf(err) != network.Refused && statusOf(err) != 404 {
		return err
	}
	for _, t := range talks {
		if t.Last != nil {
			look([]status{*t.Last})
		}
	}
	return nil
}

// Posts implements network.Client.
func (c *client) Posts(ctx context.Context, since time.Time) (all []network.Posted, err error) {
	private := false
	err = c.own(ctx, since, false, func(s status, _ bool) bool {
		p := network.Posted{Receipt: network.Receipt{ID: s.ID, URL: s.URL, At: s.CreatedAt}, At: s.CreatedAt, Text: plain(s.Content),
			Direct: s.Visibility == "direct", ReplyTo: s.InReplyTo}
		for _, a := range s.Mentions {
			p.To = append(p.To, c.person(a))
		}
		private = private || p.Direct
		all = append(all, p)
		return false
	})
	if err != nil || private {
		return all, err
	}
	trusted, err := c.documented(ctx)
	if err == nil && !trusted {
		err = network.Fail(network.Partly, "this server may not list private posts")
	}
	return all, err
}

// farBack is how many pages are read beyond what was asked for, until a private post is seen.
const farBack = 3

// own shows the account's statuses back to since, the newest first, until
// enough were seen. further goes on a little with old ones, until a private one was there.
func (c *client) own(ctx context.Context, since time.Time, further bool, see func(s status, old bool) (enough bool)) error {
	q := url.Values{"limit": {"40"}, "exclude_reblogs": {"true"}}
	for left, private := farBack, false; ; {
		page, err := c.statuses(ctx, q)
		if err != nil {
			return err
		}
		old := false
		for _, got := range page {
			old = old || got.CreatedAt.Before(since)
			if old && !further {
				return nil
			}
			private = private || got.Visibility == "direct"
			if see(got, old) {
				return nil
			}
		}
		if old {
			left--
		}
		if len(page) == 0 || old && (private || left == 0) {
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

// names tells whether a status may name those whom our text names: nobody of
// the same name on another server. The server may not know somebody at all.
func (c *client) names(want post, got status) bool {
	for _, m := range mentionRule.FindAllStringSubmatch(want.Status, -1) {
		same, right := false, false
		for _, a := range got.Mentions {
			handle := network.FoldHandle(c.handle(a))
			same = same || strings.HasPrefix(handle, strings.ToLower(m[2])+"@")
			right = right || handle == network.FoldHandle(m[2]+"@"+m[3])
		}
		if (same || want.Visibility == "direct" && len(got.Mentions) > 0) && !right {
			return false
		}
	}
	return true
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
