// Package place has the networks on which the harness tortures the program: servers of Mastodon's API that differ as real ones do,
// fakes of X and Weibo that hold to the documented rules, and the real Bluesky network.
package place

import (
	"context"
	"errors"
	"time"
)

// The kinds of servers that are no Mastodon's.
const (
	Bluesky = "bluesky" // a real network
	X       = "x"
	Weibo   = "weibo"
)

// Brands are the brand's accounts in every world.
var Brands = []string{"shop", "club"}

// ErrUnheard is that the network took what a person said, and does not tell the
// account of it. It may yet: an answer may be out or not.
var ErrUnheard = errors.New("the network does not pass on what was said")

// Place is a network as the harness sees it. The program sees it through its
// own connector. Its methods may be called at the same time.
type Place interface {
	// Accounts are the files of the brand's accounts, by name.
	Accounts() map[string]string
	// Password is what is typed at “magpie accounts login”.
	Password(account string) string
	// Person is a person nobody has seen in this world before.
	Person() (string, error)
	// Say lets a person write to accounts, in public or to them alone. id is
	// what an answer answers, item the address that the inbox has.
	Say(who, text string, private bool, to ...string) (id, item string, err error)
	// Posts is everything that the accounts have out.
	Posts() ([]Shown, error)
	// Trouble makes the next post of an account go wrong, in a way that the
	// number picks.
	Trouble(account string, n int)
	// Silence drops the next post of an account before it is stored, so that it
	// is in doubt and not out.
	Silence(account string)
	// Shake disturbs what comes in: streams end, sessions expire.
	Shake(account string)
	// Pace is how fast the program and the network can be here.
	Pace() Pace
	// Manners are what differs in how one writes there.
	Manners() Manners
	// Heal ends all trouble.
	Heal()
	Close()
}

// Pace is how long things take on a network.
type Pace struct {
	Look  time.Duration // between two looks whether a world is at rest
	Hope  time.Duration // how long a world at rest may look wrong before it stays so
	Rest  time.Duration // the longest until it is at rest
	Doubt time.Duration // the longest until a post in doubt is looked for
}

// Manners are what differs between networks in how one writes there.
type Manners struct {
	Private bool   // the accounts can write to a person alone
	Asked   bool   // only to one who has written to them in private
	Link    string // has to stand in every post
	Plain   bool   // a look tells for certain whether a post is out
	Chinese bool   // people write Chinese there, as far as the program knows
}

// Troubles is how many ways Trouble knows.
const Troubles = 10

// Shown is a post as the network shows it.
type Shown struct {
	ID, Account, Text string
	ReplyTo           string
	Private, Chat     bool // a chat message does not say what it answers
	To                []string
}

// Pause waits; false if everything is to end.
func Pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// files are those of the brand's accounts on a server, with a line of their own.
func files(network, server, own string) map[string]string {
	out := map[string]string{}
	for _, name := range Brands {
		out[name] = file(network, server, name, own)
	}
	return out
}

// file is that of one account.
func file(network, server, name, own string) string {
	return "network: " + network + "\nserver: " + server + "\nabout: " + name + "\nlanguage: en\ntimezone: UTC\ncredentials: stored\n" + own + "\n"
}
