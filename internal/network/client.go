package network

import (
	"context"
	"errors"
	"time"
)

// ErrNoStream is what Stream returns on a server that has none: poll instead.
var ErrNoStream = errors.New("this server offers no stream")

// Client speaks for one brand account on one network. Opening one makes no
// call. A Client never retries, sleeps, logs or reads the clock; every error
// it returns is a *Failure. All methods may be used at the same time.
type Client interface {
	// Verify asks the network whose credentials these are. May be repeated.
	Verify(ctx context.Context) (Self, error)
	// Limits asks the server for its limits. May be repeated; cache it a day.
	Limits(ctx context.Context) (Limits, error)
	// Prepare turns a draft into the exact bytes to be sent. It may upload
	// pictures and look up handles, but publishes nothing. May be repeated.
	Prepare(ctx context.Context, d Draft) (Sealed, error)
	// Publish sends those bytes. Only where s.Replay is Exact may it be
	// repeated after an Unknown failure without looking first.
	Publish(ctx context.Context, s Sealed) (Receipt, error)
	// Find looks for s among the account's own posts since an instant. taken
	// tells which ids belong to other posts already. Not found, without an error,
	// is a proof: s did not show when it was looked for. Where the network can't
	// prove that, it fails Unproven (docs/decisions/proof.md). May be repeated.
	Find(ctx context.Context, s Sealed, since time.Time, taken func(id string) bool) (Receipt, bool, error)
	// Posts are the account's own posts since an instant, answers and direct
	// ones included, in no order. It fails Partly, with the posts, where direct
	// ones may be missing. May be repeated.
	Posts(ctx context.Context, since time.Time) ([]Posted, error)
	// Delete removes a post of ours. Deleting it again is no error.
	Delete(ctx context.Context, id string) error
	// Answered tells whether the account has answered the mention already, by
	// another hand than ours: ours tells which ids are of our own posts (nil:
	// none is). May be repeated.
	Answered(ctx context.Context, m Ref, ours func(id string) bool) (bool, error)
	// Events returns what came in after cursor, oldest first, and the cursor
	// that follows. An empty cursor means from now on. No events means all
	// is read. Events may come twice; none is left out. A Partly failure comes with
	// events and cursor that are good.
	Events(ctx context.Context, cursor string) ([]Event, string, error)
	// Followers returns one page of followers; an empty next means the end.
	Followers(ctx context.Context, cursor string) (page []Person, next string, err error)
	// Metrics are the figures of own public posts, by their ids, in no order. Posts that
	// are gone are left out. What comes with an error is good too. May be repeated.
	Metrics(ctx context.Context, ids []string) ([]Metrics, error)
	// Stream hands over events as they happen, until ctx ends or the stream
	// breaks; ErrNoStream where there is none. It starts at the present:
	// call Events after ready has been called.
	Stream(ctx context.Context, ready func(), handle func(Event)) error
	// Quota is what the network said last about its rate limits.
	Quota() Quota
}

// Metrics are the figures of a post; Untold where the network does not tell.
type Metrics struct {
	ID                                     string
	Likes, Reposts, Replies, Quotes, Views int
}

// Untold is a figure that a network keeps to itself.
const Untold = -1

// Self is the account that the credentials belong to.
type Self struct {
	ID     string // the network's own id
	Handle string // without the leading @
	Bot    bool   // labelled as automated
	URL    string
	Notes  []string      // settings of the account that a person should change
	Left   time.Duration // how long the sign-in lasts yet; 0: it does not end, or that is not known
}

// Person is a handle on the network: an author or a follower.
type Person struct {
	ID        string
	Handle    string // user@host on Mastodon, a domain on Bluesky; no leading @
	Name      string // display name, as the person wrote it
	Unnamed   bool   // the network tells the id alone: Handle is the id, Name only how to speak to them
	Bot       bool   // labelled as automated
	NoBot     bool   // asks bots to stay away (#nobot)
	Followers int
	Language  string
}

// Ref is a connector's own reference to an item, kept as it is and handed back.
type Ref string

// Mention is what somebody wrote to one of our accounts.
type Mention struct {
	Item     string // the item's address on the whole network: the same for all our accounts
	Ref      Ref
	At       time.Time
	Author   Person
	Text     string // plain text, names and a content warning included, without what is quoted
	Warning  string // their own content warning, with which Text begins
	Quoted   string // what they quoted of others
	Pictures []Picture
	Quote    bool // it quotes a post of ours, and neither answers it nor names us: only a person may answer
	Language string
	Direct   bool     // only we can read it
	Names    []string // ids of the accounts it names
	ReplyTo  string   // id of the item it answers, as in Receipt.ID; empty if none
}

// Picture is one that somebody sent us.
type Picture struct{ URL, Alt string }

// Event is one thing that happened to an account: exactly one field is set.
type Event struct {
	Mention  *Mention
	Follow   *Person
	Unfollow *Person
	Stop     *Person // who told the network that they want nothing more of us
}

// Image is a picture with its alternative text.
type Image struct {
	Name string // file name, for messages
	Type string // MIME type
	Alt  string
	Data []byte
}

// Draft is a post before the network's own form is known.
type Draft struct {
	Key      string // our key: the same post has the same key for ever
	Text     string // as rendered, without the address of the recipient
	Language string // BCP 47, for example en or zh
	Unlisted bool
	Direct   bool    // only To may read it
	To       *Person // whom a direct post or a reply is for
	ReplyTo  Ref     // the item it answers; empty if none
	Images   []Image
	AI       bool      // a model has worded it
	Offer    bool      // it promotes an offer
	At       time.Time // the instant of freezing
}

// Replay says what repeating a Publish does.
type Replay string

// The kinds of replay.
const (
	Blind Replay = ""      // repeating may post twice
	Keyed Replay = "keyed" // the server should know the key again, for Kind.KeyLife
	Exact Replay = "exact" // repeating never posts twice
)

// Sealed is a post in its final bytes.
type Sealed struct {
	Body   []byte // the connector's own form of the whole request, in UTF-8
	Key    string
	Text   string // what people will read, recipient's name included
	Replay Replay
}

// Receipt is the network's word that a post is out.
type Receipt struct {
	ID  string    // for Delete, and as Mention.ReplyTo
	URL string    // for people
	At  time.Time // when it came to be, where the network's answer says so
}

// Posted is a post of ours as the network has it.
type Posted struct {
	Receipt
	At     time.Time
	Text   string   // plain
	Direct bool     // only those it names can read it
	To     []Person // those it names
	// ReplyTo is the id of the item it answers, as Kind.Item gives it; empty if
	// it answers none, as far as the network tells.
	ReplyTo string
}

// Quota is what the network's rate limit headers said.
type Quota struct {
	Limit     int // 0: nothing is known
	Remaining int
	Reset     time.Time
}
