package networktest

import (
	"net/http"
	"testing"
	"time"

	"magpie/internal/network"
)

// Target is a fresh account on a running network.
type Target struct {
	Kind     network.Kind
	Settings network.Settings // as for Kind.Open, but HTTP; Server is the true one
	World    World
	Wire     Wire
	Crowd    int             // how many followers more than a page are; 0: 205
	Streams  bool            // the server has a stream
	Keyless  bool            // the server does not know keys again, whatever Replay says
	Unlisted bool            // the network has posts that are public but in no list
	Unseen   bool            // what went out in private can't be looked up
	Silent   bool            // Events tell nothing of new followers
	Stays    bool            // without its session an account can't be signed in
	Secrets  func() []string // what must never show; asked for at the end of each test
	Behind   func(*Proxy)    // is told of the proxy before it is used; may be nil
}

// Wire is how a network's calls look.
type Wire struct {
	Publish Call // makes a post public
	Direct  Call // sends a private one
	Upload  Call // sends a picture
	Find    Call // reads what Find reads
	Delete  Call
	Events  Call
	// Refusal is the body of the server's own refusals with a status, saying why.
	Refusal func(status int, why string) string
	// Later are the headers of a 429 that names a time.
	Later func(until time.Time) http.Header
	// Quota are the headers about the rate limit.
	Quota func(limit, remaining int, reset time.Time) http.Header
}

// World is what surrounds the account on its network, and sees more than any
// client does.
type World interface {
	// Posts are the account's posts as its server holds them, the oldest first,
	// private ones too.
	Posts(t *testing.T) []Seen
	// Public are the texts of the account that anybody may read.
	Public(t *testing.T) []string
	// Person makes somebody who is not the account.
	Person(t *testing.T) Person
	// Crowd makes so many people who follow the account.
	Crowd(t *testing.T, n int) []network.Person
	// DropStreams cuts all streams; events are repeated when they come back.
	DropStreams(t *testing.T)
}

// Person is somebody on the network.
type Person interface {
	// Self is how the account would address this person.
	Self() network.Person
	// Mention writes a public post that names the account; it returns the
	// item's address, as in network.Mention.
	Mention(t *testing.T, text string) string
	// Answer answers a post of the account without naming it.
	Answer(t *testing.T, id, text string) string
	// Message writes to the account in private.
	Message(t *testing.T, text string)
	// Follow follows the account.
	Follow(t *testing.T)
	// Inbox are the texts that reached this person in private, the oldest first.
	Inbox(t *testing.T) []string
}

// Seen is a post as the server holds it.
type Seen struct {
	ID       string // as in network.Receipt
	Text     string
	Language string
	ReplyTo  string // the address of the item that it answers
	Direct   bool
	Unlisted bool
	Images   []network.Image // Alt and Data
}
