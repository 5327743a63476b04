package xfake

import (
	"cmp"
	"time"
)

// Options of a fake. The zero value is X as documented, with one account
// named brand.
type Options struct {
	Accounts []Account        // brand accounts; default one named brand
	Owner    string           // account that owns the app: its own reads are cheap; default the first
	Client   Client           // the OAuth 2.0 app
	Clock    func() time.Time // default time.Now

	Length       func(text string) int      // weighted length of a post, at most 280; nil: no check
	Premium      bool                       // accounts may post up to 25 000
	DirectLength func(text string) int      // length of a message, at most 10000; nil: characters
	Links        func(text string) [][2]int // where links are, in bytes; nil: http and https ones
	Verbatim     bool                       // texts come back as written: no t.co links, no &amp;

	NewNames     bool // post.fields, repost_count and so on, instead of tweet.fields
	NotFound404  bool // a look-up that finds nothing is 404, not 200 with errors
	BareDenial   bool // a missing scope is 403 "Forbidden" of type about:blank, as some saw
	StrictReply  bool // a reply under our post is no summons unless its author wrote our name
	NoFollows    bool // follow.* events are for Enterprise only
	Subscription string

	TokenLife       time.Duration  // of access tokens; default 2 h
	DuplicateWindow time.Duration  // in which the same text is refused; default 24 h
	MentionLag      time.Duration  // until the mentions index knows a post
	IndexLag        time.Duration  // until the index of own posts knows a post
	SummonLag       time.Duration  // until a reply to a new mention is allowed
	SlowMedia       int            // how often STATUS says in_progress; GIFs and videos at least once
	KeepAlive       time.Duration  // of streams; default 20 s
	Limits          map[string]int // calls in 15 minutes, by route, such as "POST /2/tweets"
	DayLimits       map[string]int // calls in 24 hours, by route
	Unlimited       bool           // no rate limits, but headers
	OAuth1Access    string         // of OAuth 1.0a tokens: "read", "write" or "dm" (default)
}

// Forms of Options.Subscription: how a created subscription is answered. X's
// quick start shows the first two, its TypeScript library the third.
const (
	SubscriptionList   = ""       // data is a list of one
	SubscriptionObject = "object" // data is the subscription
	SubscriptionNested = "nested" // data.subscription is it
)

// Account is a brand account.
type Account struct {
	Name   string   // without @, 1 to 15 letters, digits and _
	Title  string   // display name; default Name
	About  string   // bio
	Bot    bool     // labelled as automated
	Scopes []string // of the tokens that s.Tokens gives; default all
}

// Client is the app that speaks.
type Client struct {
	ID        string   // default "fake-client-id"
	Secret    string   // default "fake-client-secret-KLMN"
	Public    bool     // has no secret: sends client_id instead
	Redirects []string // allowed redirect_uri; default any on loopback
}

// Scopes are all that the documentation lists.
var Scopes = []string{
	"tweet.read", "tweet.write", "tweet.moderate.write", "users.read", "media.write", "dm.read", "dm.write", "follows.read", "follows.write",
	"like.read", "like.write", "mute.read", "mute.write", "block.read", "offline.access",
}

func (o Options) withDefaults() Options {
	if len(o.Accounts) == 0 {
		o.Accounts = []Account{{Name: "brand"}}
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	o.Owner = cmp.Or(o.Owner, o.Accounts[0].Name)
	o.Client.ID = cmp.Or(o.Client.ID, "fake-client-id")
	o.Client.Secret = cmp.Or(o.Client.Secret, "fake-client-secret-KLMN")
	o.TokenLife = cmp.Or(o.TokenLife, 2*time.Hour)
	o.DuplicateWindow = cmp.Or(o.DuplicateWindow, 24*time.Hour)
	o.KeepAlive = cmp.Or(o.KeepAlive, 20*time.Second)
	o.OAuth1Access = cmp.Or(o.OAuth1Access, "dm")
	return o
}
