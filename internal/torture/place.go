package main

import (
	"errors"
	"time"
)

// errUnheard is that the network took what a person said, and does not tell the
// account of it. It may yet: an answer may be out or not.
var errUnheard = errors.New("the network does not pass on what was said")

// place is a network as the harness sees it. The program sees it through its
// own connector. Its methods may be called at the same time.
type place interface {
	// accounts are the files of the brand's accounts, by name.
	accounts() map[string]string
	// password is what is typed at “magpie accounts login”.
	password(account string) string
	// person is a person nobody has seen in this world before.
	person() (string, error)
	// say lets a person write to accounts, in public or to them alone. id is
	// what an answer answers, item the address that the inbox has.
	say(who, text string, private bool, to ...string) (id, item string, err error)
	// posts is everything that the accounts have out.
	posts() ([]shown, error)
	// trouble makes the next post of an account go wrong, in a way that the
	// number picks.
	trouble(account string, n int)
	// silence drops the next post of an account before it is stored, so that it
	// is in doubt and not out.
	silence(account string)
	// shake disturbs what comes in: streams end, sessions expire.
	shake(account string)
	// pace is how fast the program and the network can be here.
	pace() pace
	// heal ends all trouble.
	heal()
	close()
}

// pace is how long things take on a network.
type pace struct {
	look  time.Duration // between two looks whether a world is at rest
	hope  time.Duration // how long a world at rest may look wrong before it stays so
	rest  time.Duration // the longest until it is at rest
	doubt time.Duration // the longest until a post in doubt is looked for
}

// troubles is how many ways trouble knows.
const troubles = 10
