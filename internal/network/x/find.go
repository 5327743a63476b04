package x

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"magpie/internal/network"
)

// Find implements network.Client: X knows no key, so the account's own posts are
// read back to since and compared. Reads lag behind by seconds: the caller looks
// twice.
func (c *client) Find(ctx context.Context, s network.Sealed, since time.Time, taken func(string) bool) (it network.Receipt, found bool,
	err error) {
	b, err := open1(s)
	if err != nil {
		return it, false, err
	}
	if b.Direct != nil {
		return c.findDirect(ctx, b.Direct, since, taken)
	}
	to := ""
	if b.Post.Reply != nil {
		to = b.Post.Reply.ID
	}
	err = c.own(ctx, url.Values{"start_time": {stamp(since)}}, func(p post) (enough bool) {
		if p.answers() == to && same(b.Post.Text, p) && !taken(p.ID) {
			it, found = network.Receipt{ID: p.ID, URL: address(p.ID)}, true
		}
		return found
	})
	return it, found, err
}

func stamp(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }

// same compares our words with a post: X writes links anew, and puts the names
// of those whom a reply is for before its text.
func same(ours string, p post) bool {
	text, e := p.whole()
	return e.mayRead(ours, text, func(there, ours string) bool {
		there, ours = bare(there), bare(ours)
		for p.answers() != "" && strings.HasPrefix(there, "@") && there != ours {
			_, there, _ = strings.Cut(there, " ")
		}
		return there == ours
	})
}

// alike tells whether a text of ours may be shown so: X completes links.
func alike(ours, there string) bool { return bare(there) == bare(ours) }

// scheme and slash are what X may put to a link.
var (
	scheme = regexp.MustCompile(`https?://`)
	slash  = regexp.MustCompile(`/($|[\s.,;:!?)])`)
)

// bare takes out what X may change: white space, a link's scheme, and the slash
// behind its host.
func bare(text string) string {
	return strings.Join(strings.Fields(slash.ReplaceAllString(scheme.ReplaceAllString(text, ""), "$1")), " ")
}

// own shows the account's posts, the newest first, until enough were seen (GET
// /2/users/:id/tweets).
func (c *client) own(ctx context.Context, q url.Values, see func(post) (enough bool)) error {
	id, err := c.me(ctx)
	if err != nil {
		return err
	}
	q.Set("max_results", "100")
	for {
		p, err := c.asking(ctx, "/2/users/"+url.PathEscape(id)+"/tweets", q, reading("post", network.ForAnswers))
		if err != nil {
			return err
		}
		for _, got := range p.Data {
			if see(got) {
				return nil
			}
		}
		if p.Lost > 0 { // the one that is looked for may be among them
			return network.Fail(network.Unproven, "%d posts of the account can't be read", p.Lost)
		}
		if p.next() == "" || p.next() == q.Get("pagination_token") {
			return nil
		}
		q.Set("pagination_token", p.next())
	}
}

// Posts implements network.Client.
func (c *client) Posts(ctx context.Context, since time.Time) (all []network.Posted, err error) {
	err = c.own(ctx, url.Values{"start_time": {stamp(since)}}, func(p post) bool {
		x := network.Posted{Receipt: network.Receipt{ID: p.ID, URL: address(p.ID)}, At: p.At, Text: p.words(), ReplyTo: p.answers()}
		for _, m := range p.named() {
			x.To = append(x.To, network.Person{ID: m.ID, Handle: m.Username})
		}
		all = append(all, x)
		return false
	})
	if err != nil {
		return nil, err
	}
	said, err := c.said(ctx, since)
	if noDirect(err) {
		err = nil
	}
	return append(all, said...), err
}

// Answered implements network.Client: has the account an answer to m among its
// posts since?
func (c *client) Answered(ctx context.Context, m network.Ref, ours func(string) bool) (yes bool, err error) {
	x := parseRef(m)
	if x.Direct {
		return c.answeredDirect(ctx, x, ours)
	}
	err = c.own(ctx, url.Values{"since_id": {x.ID}}, func(p post) bool {
		yes = yes || p.answers() == x.ID && (ours == nil || !ours(p.ID))
		return yes
	})
	if err != nil || yes || x.From == "" || ours != nil { // messages may be read 15 times in 15 minutes: only where we know nothing of our own
		return yes, err
	}
	// It may have been answered in private: ids of posts and messages grow together.
	if yes, err = c.answeredDirect(ctx, x, ours); noDirect(err) {
		err = nil
	}
	return yes, err
}

// later compares two ids, which are numbers of 64 bits.
func later(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// noDirect tells whether the account's sign-in does not cover direct messages.
func noDirect(err error) bool { return statusOf(err) == http.StatusForbidden }
