// Package accounts has the accounts of the brand as they are opened: the connector with its secret and session, who the
// network says we are and what it allows, what calls cost, and what becomes of an account that is signed out.
package accounts

import (
	"sync"

	"magpie/internal/network"
	"magpie/internal/site"
	"magpie/internal/workspace"
)

// Accounts are those of a workspace; open ones are at work in this process.
type Accounts struct {
	*site.Site
	// Clients replaces the connectors, for a rehearsal.
	Clients  func(a *workspace.Account) (network.Client, error)
	Skews    Skews
	Calls    Calls
	SignedAt int64 // up to when new sign-ins were looked for, in milliseconds

	mu     sync.Mutex // guards what follows
	open   map[string]*Account
	guests map[string]*Connection     // to accounts that other machines hold
	shared map[string]*network.Shared // by server
}

// In are the accounts of a site, none of them open yet. clients may replace the connectors.
func In(s *site.Site, clients func(*workspace.Account) (network.Client, error)) *Accounts {
	return &Accounts{Site: s, Clients: clients, open: map[string]*Account{}, guests: map[string]*Connection{}}
}

// Of returns what is open for an account, or nil.
func (ac *Accounts) Of(name string) *Account {
	ac.mu.Lock()
	defer ac.mu.Unlock()
	return ac.open[name]
}

// Opened are the accounts at work here, by name.
func (ac *Accounts) Opened() map[string]*Account {
	ac.mu.Lock()
	defer ac.mu.Unlock()
	out := make(map[string]*Account, len(ac.open))
	for n, a := range ac.open {
		out[n] = a
	}
	return out
}

// New is an account without a connector, for err, and with the limits of its kind.
func New(err error, l network.Limits) *Account {
	return &Account{Client: &Connection{err: err}, limits: l, Stop: func() {},
		Wake: [2]chan struct{}{make(chan struct{}, 1), make(chan struct{}, 1)}}
}

// Put notes that an account is open here.
func (ac *Accounts) Put(name string, x *Account) {
	ac.mu.Lock()
	defer ac.mu.Unlock()
	ac.open[name] = x
}

// Drop notes that it is not any more.
func (ac *Accounts) Drop(name string) {
	ac.mu.Lock()
	defer ac.mu.Unlock()
	delete(ac.open, name)
}

// Signal wakes whoever waits on c, or who looks at it next.
func Signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Poke wakes a lane of an account: 0 answers, 1 unasked.
func (ac *Accounts) Poke(name string, lane int) {
	if a := ac.Of(name); a != nil {
		Signal(a.Wake[lane])
	}
}
