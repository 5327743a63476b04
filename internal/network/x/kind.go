package x

import (
	"fmt"
	"net/http"
	"regexp"
	"sync"
	"time"

	"magpie/internal/media"
	"magpie/internal/network"
)

const (
	server   = "https://api.x.com"
	longText = 25_000 // characters of an account with Premium
)

// defaults after the media and post pages of X's documentation.
var defaults = network.Limits{
	Text: 280, URL: 23, Direct: 10_000, Alt: 1000, FilesAnswer: 4, FilesDirect: 1,
	Media: media.Rules{
		Who:      "X",
		Pictures: media.Limit{Count: 4, Types: []string{"image/jpeg", "image/png"}, Bytes: 5_000_000, Width: 8192, Height: 8192, Least: 4},
		GIFs:     media.Limit{Count: 1, Types: []string{"image/gif"}, Bytes: 15_000_000, Width: 1280, Height: 1080, Frames: 350},
		Videos:   media.Limit{Count: 1, Types: []string{"video/mp4", "video/quicktime"}, Bytes: 512_000_000, Duration: 140 * time.Second},
	},
}

// Kind describes X. It knows no key: the outcome of a lost answer is looked up.
func Kind() network.Kind {
	return network.Kind{
		Name: "x", Limits: defaults, LongText: longText, Private: "direct message", PollEvery: 90 * time.Second, HeardFirst: true,
		// direct messages: 15 readings in 15 minutes
		CheckHandle: checkHandle, Measure: measure, Same: alike, Open: open, Price: price, Grant: grant, Check: check,
		Choices: func() network.Choices { return &Choices{} }, Look: look, Metered: true, Credentials: Words,
		Item:    func(r network.Ref) string { return parseRef(r).ID },
		Shown:   func(url, _ string) string { return onlyOf(statusURL.FindStringSubmatch(url)) },
		Ref:     func(id string) network.Ref { return makeRef(ref{ID: id, Own: true}) },
		Address: func(text, _ string) string { return text }, // X names whom it answers by itself, and does not count that
	}
}

// statusURL is where people see a post.
var statusURL = regexp.MustCompile(`/status/(\d+)`)

func onlyOf(match []string) string {
	if match == nil {
		return ""
	}
	return match[1]
}

var handleRule = regexp.MustCompile(`^[A-Za-z0-9_]{1,15}$`)

func checkHandle(h string) string {
	if handleRule.MatchString(h) {
		return ""
	}
	return "a handle on X is up to 15 letters, digits and _, written without the @"
}

// client is one account. What follows mu is guarded by it; signing holds whoever
// exchanges tokens, so that one does it for all.
type client struct {
	settings network.Settings
	keys     keys
	http     *http.Client // signs by itself where the account has OAuth 1.0a keys
	signing  sync.Mutex
	loading  sync.Mutex // one file is uploaded at a time
	mu       sync.Mutex
	tokens   *tokens
	past     []network.Secret // tokens that were in use before: they never show either
	self     *user
	media    map[string]file     // by the sum of its content, while X keeps it
	unheard  map[string]struct{} // mentions that X did not know of yet, see failure
	newNames bool                // the server wants post.fields
	unsaved  *tokens             // new ones that could not be stored yet: they are never used before
	quota    network.Quota       // of posts
}

func open(s network.Settings) (network.Client, error) {
	k, err := parse(s.Secret)
	if err != nil {
		return nil, err
	}
	if s.Server == "" {
		s.Server = server
	}
	return &client{settings: s, keys: k, http: k.signing(s.HTTP), media: map[string]file{}, unheard: map[string]struct{}{}}, nil
}

// Format prints no more than what this is, however it is printed.
func (c *client) Format(f fmt.State, _ rune) { fmt.Fprint(f, "an account on X") }

func (c *client) Quota() network.Quota {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.quota
}
