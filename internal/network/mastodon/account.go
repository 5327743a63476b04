package mastodon

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/peterhellberg/link"

	"magpie/internal/network"
)

// Verify implements network.Client (GET /api/v1/accounts/verify_credentials).
func (c *client) Verify(ctx context.Context) (network.Self, error) {
	var a account
	if _, err := c.get(ctx, "/api/v1/accounts/verify_credentials", nil, &a); err != nil {
		return network.Self{}, err
	}
	if a.ID == "" {
		return network.Self{}, rubbish(http.MethodGet, c.settings.Server)
	}
	c.mu.Lock()
	c.self = &a
	c.mu.Unlock()
	return network.Self{ID: a.ID, Handle: c.handle(a), Bot: a.Bot, URL: a.URL, Notes: c.notes(ctx, a)}, nil
}

// notes are the account's settings that keep a bot from hearing people
// (Mastodon documentation, Notification policy; locked accounts).
func (c *client) notes(ctx context.Context, a account) (out []string) {
	if time.Now().Before(time.Unix(c.noQuotes.Load(), 0)) {
		out = append(out, "the server does not tell of quotes of our posts")
	}
	if a.Locked {
		out = append(out, "the account is locked: new followers wait until you approve them")
	}
	var policy map[string]any
	if _, err := c.get(ctx, "/api/v2/notifications/policy", nil, &policy); err != nil {
		return out // an older server has none
	}
	for _, k := range []string{"for_not_following", "for_not_followers", "for_new_accounts", "for_private_mentions"} {
		if v, ok := policy[k].(string); ok && v != "accept" {
			return append(out, "notifications from some people are filtered: set everything under Preferences → Notifications → Manage to "+
				"“Accept”, or they are answered late or never")
		}
	}
	return out
}

// me is the account's own id, asked for once.
func (c *client) me(ctx context.Context) (string, error) {
	c.mu.Lock()
	self := c.self
	c.mu.Unlock()
	if self != nil {
		return self.ID, nil
	}
	s, err := c.Verify(ctx)
	return s.ID, err
}

// handle adds the server's name to that of a local person. It may differ from
// the address we call.
func (c *client) handle(a account) string {
	if strings.Contains(a.Acct, "@") {
		return a.Acct
	}
	for _, address := range []string{a.URL, c.settings.Server} {
		if u, err := url.Parse(address); err == nil && u.Host != "" {
			return a.Acct + "@" + u.Host
		}
	}
	return a.Acct
}

func (c *client) person(a account) network.Person {
	// Ids are a server's own: two of our accounts on two servers see the same
	// person under two ids. The name with its host never changes.
	handle := c.handle(a)
	return network.Person{ID: network.FoldHandle(handle), Handle: handle, Name: a.Display, Bot: a.Bot,
		NoBot: strings.Contains(strings.ToLower(plain(a.Note)), "#nobot"), Followers: a.Followers}
}

// Limits implements network.Client (GET /api/v2/instance).
func (c *client) Limits(ctx context.Context) (network.Limits, error) {
	i, err := c.instance(ctx, true)
	if err != nil {
		return defaults, err
	}
	s, m := i.Configuration.Statuses, i.Configuration.Media
	l := defaults
	set(&l.Text, s.Max)
	set(&l.URL, s.PerURL)
	set(&l.Media.Pictures.Count, s.Media)
	set(&l.Alt, m.Alt)
	set(&l.Media.Pictures.Bytes, m.Bytes)
	set(&l.Media.GIFs.Bytes, m.Bytes)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inFull {
		l.URL = 0
	}
	return l, nil
}

// instance is what the server says of itself; anew, where it has to be asked again.
func (c *client) instance(ctx context.Context, anew bool) (*instance, error) {
	c.mu.Lock()
	known := c.server
	c.mu.Unlock()
	if known != nil && !anew {
		return known, nil
	}
	var i instance
	_, err := c.get(ctx, "/api/v2/instance", nil, &i)
	if s := statusOf(err); s == http.StatusNotFound || network.ReasonOf(err) == network.Refused && err != nil { // an older server
		i = instance{}
		_, err = c.get(ctx, "/api/v1/instance", nil, &i)
	}
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.server = &i
	return c.server, nil
}

// documented tells whether the server is a Mastodon, of which it is documented that
// it knows keys again and shows an account all its own posts. Other servers of the
// API name themselves in their version: "2.7.2 (compatible; Pleroma 2.9.1)", or
// count theirs below 3.
func (c *client) documented(ctx context.Context) (bool, error) {
	i, err := c.instance(ctx, false)
	if says := statusOf(err); says >= 400 && says < 500 && says != http.StatusUnauthorized && says != http.StatusTooManyRequests {
		return false, nil // it says nothing of itself
	}
	if err != nil {
		return false, err
	}
	return mastodonVersion.MatchString(i.Version) && !strings.Contains(strings.ToLower(i.Version), "compatible"), nil
}

var mastodonVersion = regexp.MustCompile(`^(?:[3-9]|[1-9][0-9])\.[0-9]+\.`)

func set(to *int, value int) {
	if value > 0 {
		*to = value
	}
}

// Followers implements network.Client. The cursor is the one of the Link
// header: an id of the server's own, not that of a follower.
func (c *client) Followers(ctx context.Context, cursor string) ([]network.Person, string, error) {
	if err := c.canWait(); err != nil {
		return nil, "", err
	}
	id, err := c.me(ctx)
	if err != nil {
		return nil, "", err
	}
	q := url.Values{"limit": {"80"}}
	if cursor != "" {
		q.Set("max_id", cursor)
	}
	var page []account
	h, err := c.get(ctx, "/api/v1/accounts/"+url.PathEscape(id)+"/followers", q, &page)
	if err != nil {
		return nil, "", err
	}
	var people []network.Person
	for _, a := range page {
		people = append(people, c.person(a))
	}
	return people, nextPage(h), nil
}

func nextPage(h http.Header) string {
	next, ok := link.ParseHeader(h)["next"]
	if !ok {
		return ""
	}
	u, err := url.Parse(next.URI)
	if err != nil {
		return ""
	}
	return u.Query().Get("max_id")
}
