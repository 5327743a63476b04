package sandbox

import (
	"cmp"
	"net/http"
	"time"
)

// Options of a sandbox. The zero value is a Mastodon that behaves as
// documented, without accounts and without people.
type Options struct {
	Addr      string           // host:port on loopback; default 127.0.0.1:0
	Accounts  []Account        // brand accounts, local
	Followers int              // people who follow each brand account and react
	Seed      int64            // the same seed, the same people with the same words
	Tempo     time.Duration    // mean time until a person reacts, and between spontaneous messages; default 2s
	Variant   Variant          // how this server differs from a documented Mastodon
	Clock     func() time.Time // default time.Now
	Phrases   Phrases          // what people say; see DefaultPhrases
	Quiet     bool             // people follow, but say and do nothing by themselves
}

// Account is a brand account.
type Account struct {
	Name     string `json:"name"` // without @
	Display  string `json:"display"`
	About    string `json:"about"`
	Language string `json:"language"` // ISO 639-1; default en
	Token    string `json:"token"`    // access token; default "sandbox-" + Name
	Unmarked bool   `json:"unmarked"` // not marked as a bot yet, as whoever makes an account finds it
}

// Accepted is a status for Variant.EmptyText and Variant.UnknownReply: the
// server takes such a post.
const Accepted = http.StatusOK

// Ways of Variant.Idempotency.
const (
	KeysHonoured  = ""          // same key within an hour: the first status again
	KeysIgnored   = "ignore"    // same key: a second status
	KeysReplay500 = "replay500" // same key: status 500, and no second status
)

// Ways of Variant.Streaming.
const (
	StreamAll    = ""     // server-sent events and WebSocket
	StreamSocket = "ws"   // WebSocket only
	StreamNone   = "none" // neither
)

// Variant is how a server differs from a Mastodon as documented; each field's
// zero value is the documented behaviour. All were seen on real servers.
type Variant struct {
	Idempotency              string        // KeysHonoured, KeysIgnored or KeysReplay500
	Streaming                string        // StreamAll, StreamSocket or StreamNone
	BadToken                 int           // status for a bad token; default 401
	EmptyText                int           // status for an empty text: 422 (default), 400 or Accepted
	UnknownReply             int           // status for an unknown in_reply_to_id: 404 (default), 422 or Accepted
	NoRateHeaders            bool          // no X-RateLimit headers, not even with a 429
	NoConversations          bool          // /api/v1/conversations answers 404
	ULIDs                    bool          // ids are ULIDs, not growing digits
	Locked                   bool          // whoever follows a brand account waits in its follow requests
	SlowMedia                int           // an upload answers 202, and 206 this many times until it is ready
	FilterStrangers          bool          // the notification policy holds back strangers until it is changed
	MissingNotificationTypes []string      // types the server never notifies of
	MaxCharacters            int           // of a post; default 500
	Rewrites                 bool          // \\ before punctuation, entities, tags, :-) and www. are shown as something else
	Markdown                 bool          // a post is read as Markdown, unless it asks for text/plain
	PublicOnly               bool          // the list of an account's posts has public ones only, even for itself
	LateNotifications        time.Duration // every third notification comes into sight so much later than those with higher ids
	NoBulk                   bool          // posts are told one at a time: GET /api/v1/statuses answers 405
	OneAddress               bool          // RequestsPer5Minutes are for all tokens together
	LinksInFull              bool          // says that links count 25 characters, and counts them as written
	ClosesConnections        bool          // after each answer, without saying so
	NoMediaStatus            bool          // GET /api/v1/media/:id answers 404
	Starting                 int           // so many requests are answered 503 first, with a page
	StreamingHost            string        // the streaming host that it names; default its own
	KeepsNotifications       int           // how many are kept; 0: all
	MinIsSince               bool          // min_id of notifications acts like since_id
	NoQuotes                 bool          // an unknown type of notification is answered 422
	Software                 string        // its version; default that of a Mastodon, or of a server that differs
	PostsPer3Hours           int           // posts and boosts of an account in 3 hours; 0: no limit, Mastodon has 300
	RequestsPer5Minutes      int           // requests of a token in 5 minutes; 0: no limit, Mastodon has 300
}

func (o Options) withDefaults() Options {
	o.Addr = cmp.Or(o.Addr, "127.0.0.1:0")
	o.Tempo = cmp.Or(o.Tempo, 2*time.Second)
	if o.Clock == nil {
		o.Clock = time.Now
	}
	v := &o.Variant
	v.BadToken = cmp.Or(v.BadToken, http.StatusUnauthorized)
	v.EmptyText = cmp.Or(v.EmptyText, http.StatusUnprocessableEntity)
	v.UnknownReply = cmp.Or(v.UnknownReply, http.StatusNotFound)
	v.MaxCharacters = cmp.Or(v.MaxCharacters, 500)
	v.Software = cmp.Or(v.Software, v.software())
	o.Phrases = o.Phrases.withDefaults()
	return o
}

// version is that of the Mastodon which the sandbox plays.
const version = "4.5.0+sandbox"

// Documented tells whether such a server names itself a Mastodon.
func (v Variant) Documented() bool { return cmp.Or(v.Software, v.software()) == version }

// software is how servers name themselves that speak the API in their own way.
func (v Variant) software() string {
	if v.Idempotency == KeysIgnored || v.Rewrites || v.Markdown || v.PublicOnly || v.NoBulk || v.LinksInFull || v.MinIsSince ||
		v.KeepsNotifications > 0 {
		return "2.7.2 (compatible; Sandbox 1.0)"
	}
	return version
}
