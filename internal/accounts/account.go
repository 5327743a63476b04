package accounts

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"magpie/internal/network"
	"magpie/internal/publish"
)

// Account is what the bot has open for one account.
type Account struct {
	Client    *Connection
	mu        sync.RWMutex // guards self and limits
	self      network.Self
	limits    network.Limits
	Publisher *publish.Publisher
	Wake      [2]chan struct{} // the lanes: answers, unasked
	Stop      context.CancelFunc
	Loops     sync.WaitGroup
	until     time.Time    // until when the account is ours for certain
	Deaf      atomic.Bool  // it may be noted that not all is heard
	Told      atomic.Bool  // and a person knows
	refused   time.Time    // when a new token was refused last
	greeted   atomic.Int64 // when the network was asked last who we are, in milliseconds
	Owing     atomic.Bool  // the network waits to be paid, or did when an earlier process ended
}

// HoldUntil notes for how long the lease is good.
func (a *Account) HoldUntil(t time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.until = t
}

// Held tells whether the account is ours for certain: a machine that has slept
// finds out here, before it says anything in the account's name.
func (a *Account) Held() bool {
	a.mu.RLock()
	defer a.mu.RUnlock()
	now := time.Now()
	return now.Before(a.until) && now.Round(0).Before(a.until.Round(0)) // the first clock stands still while a machine is suspended
}

// who is the account on the network; zero while the network has not said.
func (a *Account) who() network.Self {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.self
}

// Allowed is what the network allows the account.
func (a *Account) Allowed() network.Limits {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.limits
}

func (a *Account) learn(self network.Self, limits network.Limits) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.self, a.limits = self, limits
}
