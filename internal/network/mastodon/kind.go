package mastodon

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"magpie/internal/media"
	"magpie/internal/network"
)

// defaults are the limits of a server that has not been asked yet
// (Mastodon documentation, GET /api/v2/instance).
var defaults = network.Limits{
	FilesAnswer: 4, FilesDirect: 4,
	Text: 500, URL: 23, Alt: 1500,
	Media: media.Rules{
		Who:      "Mastodon",
		Pictures: media.Limit{Count: 4, Types: []string{"image/jpeg", "image/png"}, Bytes: 16_777_216, Pixels: 33_177_600},
		GIFs:     media.Limit{Count: 1, Types: []string{"image/gif"}, Bytes: 16_777_216, Pixels: 33_177_600},
		Videos:   media.Limit{Count: 1, Types: []string{"video/mp4", "video/quicktime"}, Bytes: 103_809_024, Pixels: 8_294_400},
	},
}

// Kind describes Mastodon. A server keeps an Idempotency-Key for 3600 s
// (Mastodon source, PostStatusService).
func Kind() network.Kind {
	return network.Kind{
		Name: "mastodon", Limits: defaults, KeyLife: time.Hour, Private: "direct post", Same: sameWords,
		Needs:    map[string]string{"server": "name the server that the account is on: server: https://social.example"},
		OwnLimit: true, Federated: true, Credentials: "Access token (Preferences → Development → your application)",
		CheckHandle: checkHandle, Address: address, Measure: measure, Open: open,
		Item: func(r network.Ref) string { return parseRef(r).ID },
		Shown: func(url, _ string) string {
			m := statusURL.FindStringSubmatch(url)
			if m == nil {
				return ""
			}
			return m[1]
		},
		Ref: func(id string) network.Ref { r, _ := json.Marshal(ref{ID: id}); return network.Ref(r) }, // a string can't fail
	}
}

// statusURL is where people see a status on its own server.
var statusURL = regexp.MustCompile(`/@[^/]+/([0-9A-Za-z]+)/?$`)

var handleRule = regexp.MustCompile(`^[A-Za-z0-9_]+([.-][A-Za-z0-9_]+)*(@[A-Za-z0-9._:-]+)?$`)

func checkHandle(h string) string {
	name, host, full := strings.Cut(h, "@")
	if full {
		host, _, _ = strings.Cut(host, ":")
		if host = network.ASCIIHost(host); host == "" {
			host = "?"
		}
		name += "@" + host
	}
	if handleRule.MatchString(name) && !(full && (host == "?" || !strings.Contains(host, ".") && host != "localhost" &&
		!strings.Contains(h, ":") ||
		strings.Contains(host, ".."))) {
		return ""
	}
	return "a Mastodon handle looks like name@server.example"
}

func address(text, handle string) string {
	if handle == "" {
		return text
	}
	return "@" + handle + " " + text
}

// client is one account. What follows mu is guarded by it.
type client struct {
	settings network.Settings
	shared   *network.Shared
	reading  sync.Mutex // one reads what came in at a time; guards heard
	heard    hearing
	noQuotes atomic.Int64 // until when, in Unix seconds, the server is taken not to know notifications of quotes
	mu       sync.Mutex
	self     *account
	server   *instance         // what the server said of itself
	media    map[string]upload // picture of a post → what became of it
	resent   map[string]bool   // keys of posts whose pictures were sent anew, because the server did not know them
	writes   network.Quota     // of posts
	one      bool              // the server tells of one status at a time
	asks     bool              // the server tells of pictures
	inFull   bool              // the server counts links in full, whatever it says
}

func open(s network.Settings) (network.Client, error) {
	if s.Secret == "" {
		return nil, network.Fail(network.SignedOut, "no access token")
	}
	c := &client{settings: s, shared: s.Shared, media: map[string]upload{}, resent: map[string]bool{},
		heard: hearing{known: map[string]bool{}}}
	if c.shared == nil {
		c.shared = &network.Shared{}
	}
	return c, nil
}

// Format prints no more than what this is, however it is printed.
func (c *client) Format(f fmt.State, _ rune) { fmt.Fprint(f, "an account on "+c.settings.Server) }

// Quota implements network.Client.
func (c *client) Quota() network.Quota {
	reads := c.shared.Quota(c.settings.Secret)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.writes.Limit > 0 && (reads.Limit == 0 || c.writes.Remaining <= reads.Remaining) {
		return c.writes
	}
	return reads
}
