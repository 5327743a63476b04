package network

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"magpie/internal/media"
)

// Kind describes a network: what is true before any account is opened.
type Kind struct {
	Name     string
	Limits   Limits        // what a server of this network allows unless it says otherwise
	LongText int           // characters of accounts that may post longer texts than others
	KeyLife  time.Duration // how long a server remembers a key; 0: it does not
	// Private says how a personal message travels, for people: "direct post", "chat".
	Private string
	// Choices makes the block of this network in an account's file, empty; nil: there is none.
	Choices func() Choices
	// Needs are the keys that an account's file must have here, with how to write each.
	Needs map[string]string
	// Look says what else is wrong with an account's file; may be nil.
	Look func(AccountFile) []Mistake
	// Metered: calls are charged or counted, and Settings.Meter is told of each.
	Metered bool
	// OwnLimit: each server has a text limit of its own, which the file may name (characters:).
	OwnLimit bool
	// Federated: a handle names its server, too.
	Federated bool
	// Credentials says what a person is to type at a sign-in.
	Credentials string
	// CheckHandle says what is wrong with a handle, or "".
	CheckHandle func(handle string) string
	// Address puts the recipient's name into the text where the network needs it.
	Address func(text, handle string) string
	// Hidden: what went out in private is listed nowhere.
	Hidden bool
	// Made tells whether the id of a public post was made of a key, however the words
	// have changed since; nil where ids tell nothing.
	Made func(id, key string) bool
	// Item is the id of what a reference refers to.
	Item func(Ref) string
	// Shown is the id of a post of the account with the id self, by the address where
	// people see it, "" if that does not tell; nil on a network whose addresses never
	// do.
	Shown func(url, self string) string
	// Ref refers to a post of ours by its id, so that a thread goes on from there;
	// nil on a network without threads.
	Ref func(id string) Ref
	// Measure counts an addressed text by the network's own rule.
	Measure func(text string, direct bool, l Limits) Size
	// Settle is how long a post may take at most to show after the network has taken
	// it; 0: the caller decides.
	Settle time.Duration
	// PollEvery is how long to wait at least between two readings of what came
	// in; 0: the caller decides.
	PollEvery time.Duration
	// HeardFirst: only who has written in private first may be written to in private.
	HeardFirst bool
	// Clickable are the links and tags of a text that people can click, where the connector has
	// to say which those are; nil: the network finds them itself.
	Clickable func(text string) []string
	// Same tells whether a network's showing of a text may be ours, where it changes
	// what was written; nil: it shows the words as they are.
	Same func(ours, there string) bool
	// Check looks whether a draft breaks a rule of the network; nil where nothing is
	// checked.
	Check func(Draft, Settings) *Finding
	// Price is what sending a draft will be charged; nil where networks are free.
	Price func(Draft) Price
	// Grant begins a sign-in in which a person says yes on the network's page;
	// nil where a token is typed.
	Grant func(Settings) (Grant, error)
	// Receive makes what answers the network's own requests, where it sends what came
	// in instead of being asked; nil elsewhere. It opens the account and makes no call.
	Receive func(Settings, Receiver) (http.Handler, error)
	// Open makes a client. It makes no call.
	Open func(Settings) (Client, error)
}

// Finding is a rule that a text breaks.
type Finding struct {
	Rule string // its id, see package policy
	Text string // what breaks it
}

// Price is an amount in millionths of a US dollar.
type Price int64

// Dollar is one. Unbounded is more than anybody has.
const (
	Dollar    Price = 1e6
	Unbounded Price = 1 << 62
)

// String prints dollars and cents, and less than cents where there is no more.
func (p Price) String() string {
	text := fmt.Sprintf("%.4f", float64(p)/float64(Dollar))
	for strings.HasSuffix(text, "0") && len(text)-strings.IndexByte(text, '.') > 3 {
		text = text[:len(text)-1]
	}
	return "$" + text
}

// Grant is a sign-in on the network's own page.
type Grant interface {
	// Page is the address where the person says yes. The network then sends
	// them to redirect with a code that lives for seconds.
	Page(redirect string) string
	// Exchange turns the address that they were sent to into tokens, and keeps
	// these in Settings.Session.
	Exchange(ctx context.Context, redirected string) error
}

// Receiver is who keeps what a network sends.
type Receiver struct {
	Clock func() time.Time
	// Take keeps an event. After an error the network sends it again.
	Take func(context.Context, Event) error
	// Once tells whether a request may be taken that is signed, but not its body: the
	// first by that signature may, and the same body again. nil: nothing is remembered.
	Once func(ctx context.Context, signed string, body []byte) (bool, error)
}

// Purpose says what a call is for. Where calls are few, the first go first.
type Purpose int

// The purposes, the most urgent first.
const (
	ForAnswers Purpose = iota // answering people, and hearing them
	ForPosts                  // what nobody has asked for
	ForNumbers                // followers and figures
)

// Charge is what a call costs.
type Charge struct {
	Call  string // its name in the price table
	For   Purpose
	Price Price
	// Reserve is set aside while a read is under way, and given back by Count with what
	// it has cost in the end.
	Reserve Price
	Least   Price // of a read, whose price is known afterwards: what it costs at least if it brings anything
	// Objects are what a read has brought, where the network charges Price for
	// each, once a day.
	Objects []string
}

// Meter counts what an account's calls cost, for all processes.
type Meter interface {
	// Take is called before each call that is charged or counted. It fails Busy,
	// until there is room again, where the call is beyond what the account may
	// spend, or what is left is kept for more urgent calls.
	Take(ctx context.Context, c Charge) error
	// Count adds what a read has cost in the end, or takes off what was not charged
	// after all. It refuses nothing.
	Count(ctx context.Context, c Charge)
	// Left is what may be spent yet for a purpose.
	Left(ctx context.Context, p Purpose) Price
}

// Settings are what a connector needs to open an account.
type Settings struct {
	Server  string  // https://host
	Handle  string  // the account's own handle; needed where one signs in with it
	Secret  Secret  // token or app password
	Session Session // where short-lived tokens are kept; nil where there are none
	HTTP    *http.Client
	Shared  *Shared // what the accounts of this server may use together; nil: the account is alone there
	Kept    int     // percent of the rate limit that figures and lists of followers leave for the rest, at least half
	ChatDID string  // Bluesky: the chat service; empty for the public one
	Meter   Meter   // nil: nothing is counted
	Choices Choices // the network's block of the account's file; nil: it has none
}

// Session keeps the tokens that a network hands out and takes back.
type Session interface {
	// Load returns what was saved last, or "".
	Load() (Secret, error)
	// Save stores the new tokens durably; it is called before they are used.
	Save(Secret) error
	// Alone runs fn while no other process does so for this account: tokens
	// that work once are exchanged by one at a time. Look again inside what
	// is stored: another may have been quicker.
	Alone(ctx context.Context, fn func() error) error
}

// Limits are a server's own.
type Limits struct {
	Text   int // characters by the network's rule
	Bytes  int // of the text; 0: no limit
	URL    int // characters that any link counts; 0: as written
	Direct int // characters of a direct post; 0: like Text
	Alt    int // characters of an alternative text

	FilesAnswer, FilesDirect int // pictures and videos that an answer and a message to a person take
	Media                    media.Rules
}

// Or fills in from d what a server did not say. That links count as written (URL is 0) is said.
func (l Limits) Or(d Limits) Limits {
	l.Text, l.Bytes, l.Direct, l.Alt = cmp.Or(l.Text, d.Text), cmp.Or(l.Bytes, d.Bytes), cmp.Or(l.Direct, d.Direct), cmp.Or(l.Alt, d.Alt)
	return l
}

// Size is a text measured by a network's rule.
type Size struct {
	Count, Limit int
	Unit         string // "characters" or "bytes"
}

// Fits tells whether the text is within the limit.
func (s Size) Fits() bool { return s.Count <= s.Limit }

// Find returns the kind of that name, or nil.
func Find(kinds []Kind, name string) *Kind {
	for i := range kinds {
		if kinds[i].Name == name {
			return &kinds[i]
		}
	}
	return nil
}
