package network

import (
	"context"
	"net/http"
	"time"
)

// Kind describes a network: what is true before any account is opened.
type Kind struct {
	Name    string
	Limits  Limits        // what a server of this network allows unless it says otherwise
	Exact   bool          // a public post can be asked for by its key: whether it is out is known for certain
	KeyLife time.Duration // how long a server remembers a key; 0: it does not
	// Private says how a personal message travels, for people: "direct post", "chat".
	Private string
	// CheckHandle says what is wrong with a handle, or "".
	CheckHandle func(handle string) string
	// Address puts the recipient's name into the text where the network needs it.
	Address func(text, handle string) string
	// Measure counts an addressed text by the network's own rule.
	Measure func(text string, direct bool, l Limits) Size
	// Open makes a client. It makes no call.
	Open func(Settings) (Client, error)
}

// Settings are what a connector needs to open an account.
type Settings struct {
	Server  string  // https://host
	Handle  string  // the account's own handle; needed where one signs in with it
	Secret  Secret  // token or app password
	Session Session // where short-lived tokens are kept; nil where there are none
	HTTP    *http.Client
	ChatDID string // Bluesky: the chat service; empty for the public one
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
	Text       int // characters by the network's rule
	Bytes      int // of the text; 0: no limit
	URL        int // characters that any link counts; 0: as written
	Direct     int // characters of a direct post; 0: like Text
	Images     int
	ImageBytes int
	Alt        int // characters of an alternative text
	ImageTypes []string
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
