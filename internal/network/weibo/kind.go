package weibo

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"magpie/internal/media"
	"magpie/internal/network"
)

const (
	server  = "https://api.weibo.com"
	replies = "https://m.api.weibo.com" // private messages of the fan service
	longer  = 2000                      // characters, by contract
)

// defaults after the pages of statuses/share, comments and messages/reply.
var defaults = network.Limits{
	Text: 140, URL: 10, Direct: 299,
	Media: media.Rules{
		Who:      "Weibo",
		Pictures: media.Limit{Count: 1, Types: []string{"image/jpeg", "image/png"}, Bytes: 4_999_999},
		GIFs:     media.Limit{Count: 1, Types: []string{"image/gif"}, Bytes: 4_999_999},
	},
}

// Kind describes Weibo. It knows no key: the outcome of a lost answer is looked up.
func Kind() network.Kind {
	return network.Kind{
		Name: "weibo", Limits: defaults, LongText: longer, Private: "private message", Hidden: true, PollEvery: 30 * time.Minute,
		Settle:      3 * time.Minute, // 100 calls a day; 20032: one or two minutes
		CheckHandle: checkHandle, Measure: measure, Open: open, Receive: receive, Grant: grant, Check: check,
		Choices: func() network.Choices { return &Choices{} }, Look: look, Metered: true, Credentials: Words,
		Same:    func(ours, there string) bool { return bare(ours) == bare(there) },
		Item:    func(r network.Ref) string { return parseRef(r).item() },
		Address: func(text, _ string) string { return text }, // a comment stands below what it answers
	}
}

var handleRule = regexp.MustCompile(`^[\p{Han}\p{L}\p{N}_-]{2,30}$`)

func checkHandle(h string) string {
	if handleRule.MatchString(h) {
		return ""
	}
	return "a name on Weibo has 2 to 30 letters, Chinese characters, digits, _ or -"
}

// keys are the words of an account's credentials: an access token alone, or the
// app's key and secret.
type keys struct{ token, app, secret string }

// Words explains the credentials to a person.
const Words = "the App Key and App Secret in one line, separated by a space, or an access token alone"

func parse(s network.Secret) (keys, error) {
	switch w := strings.Fields(s.Reveal()); len(w) {
	case 1:
		return keys{token: w[0]}, nil
	case 2:
		return keys{app: w[0], secret: w[1]}, nil
	}
	return keys{}, network.Fail(network.SignedOut, "the credentials for Weibo are: "+Words)
}

// client is one account. What follows mu is guarded by it.
type client struct {
	settings network.Settings
	keys     keys
	mu       sync.Mutex
	tokens   *tokens
	uid      string
	closed   map[string]bool // lists that the app's contract does not cover
}

func open(s network.Settings) (network.Client, error) {
	k, err := parse(s.Secret)
	if err != nil {
		return nil, err
	}
	if s.Server == "" {
		s.Server = server
	}
	return &client{settings: s, keys: k, closed: map[string]bool{}}, nil
}

// Format prints no more than what this is, however it is printed.
func (c *client) Format(f fmt.State, _ rune) { fmt.Fprint(f, "an account on Weibo") }

// Quota implements network.Client: Weibo says nothing of its limits; calls are
// counted by the meter.
func (c *client) Quota() network.Quota { return network.Quota{} }
