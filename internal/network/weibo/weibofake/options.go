package weibofake

import (
	"cmp"
	"time"
)

// The app's credentials, unless Options say otherwise.
const (
	DefaultKey    = "4012345678"
	DefaultSecret = "fake-app-secret-KLMNPQRS"
)

// Level is how far the app has come with Weibo; it decides how long tokens last.
type Level string

// The levels (open.weibo.com/wiki/Oauth2).
const (
	Approved Level = ""      // 30 days
	TestApp  Level = "test"  // one day
	Owner    Level = "owner" // five years, for the app owner's own account
)

func (l Level) life() time.Duration {
	switch l {
	case TestApp:
		return 24 * time.Hour
	case Owner:
		return 157_679_999 * time.Second
	}
	return 30 * 24 * time.Hour
}

// Options are how the fake differs from what is documented; the zero value is
// the documented Weibo for an approved app with a clock that goes.
type Options struct {
	Clock     func() time.Time
	Level     Level
	AppKey    string // default DefaultKey
	AppSecret string // default DefaultSecret
	Redirect  string // the registered redirect_uri; empty: any

	SafeDomains []string // where links of posts must go, subdomains included; default example.com
	FreeText    bool     // as for contract apps: a post needs no link and may have #topics#

	Quota         int                   // calls of an account in a day; default 100, negative: no limit
	EndpointQuota map[string]int        // the same for one path, for example /2/statuses/share.json
	Free          []string              // paths whose calls count for no quota
	Closed        []string              // path prefixes that are closed to this app
	PostsPerHour  int                   // default 30, negative: no limit
	Recent        time.Duration         // how long a text counts as repeated; default one hour, negative: never
	Length        func(text string) int // zi of a text; nil: no text is too long

	StringCodes  bool          // error_code is a string
	ErrorsIn200  bool          // errors of the API come with status 200
	DataTwice    bool          // messages/reply decodes data as a URL once more, whatever it holds
	Trailing     string        // stands after every text that the API shows
	PushPatience time.Duration // how long a push waits for its answer; default 5 seconds
}

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.SafeDomains == nil {
		o.SafeDomains = []string{"example.com"}
	}
	o.AppKey = cmp.Or(o.AppKey, DefaultKey)
	o.AppSecret = cmp.Or(o.AppSecret, DefaultSecret)
	o.Quota = cmp.Or(o.Quota, 100)
	o.PostsPerHour = cmp.Or(o.PostsPerHour, 30)
	o.Recent = cmp.Or(o.Recent, time.Hour)
	o.PushPatience = cmp.Or(o.PushPatience, 5*time.Second)
	return o
}
