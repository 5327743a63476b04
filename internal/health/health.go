// Package health says how a bot is, in the same words to people, to probes and
// to Prometheus. What is stuck is never called good.
package health

import (
	"time"
)

// Problem is one thing that is stuck or needs a person.
type Problem struct {
	What string // it is about: "bot", or the kind of a need
	Text string // in words
	Do   string // the command that mends it; empty where none does
}

// Report is how a bot is at an instant.
type Report struct {
	OK       bool      `json:"ok"`
	Problems []Problem `json:"-"`        // for “magpie doctor”, not over HTTP
	Stuck    int       `json:"problems"` // how many those are
	At       time.Time `json:"at"`
	Ready    bool      `json:"ready"` // has begun to work and reaches its database
	Revision int64     `json:"revision"`
	Machines int       `json:"machines"` // at work on this database

	NextDue time.Time      `json:"next_due,omitzero"` // of all posts
	LastOut time.Time      `json:"last_out,omitzero"`
	Overdue time.Duration  `json:"-"`     // of the oldest post that could be out by now; 0: none
	Posts   map[string]int `json:"posts"` // that are not done with, by state
	Queue   map[string]int `json:"queue"` // work that waits, by name
	Waiting time.Duration  `json:"-"`     // of the oldest piece of work that could begin
	Skew    time.Duration  `json:"-"`     // the largest difference to another clock
	Disk    uint64         `json:"disk_free_bytes"`

	Accounts []Account `json:"accounts"`

	OverdueSeconds float64 `json:"oldest_overdue_seconds"`
	WaitingSeconds float64 `json:"queue_oldest_seconds"`
	SkewSeconds    float64 `json:"clock_skew_seconds"`
}

// Account is how one account is.
type Account struct {
	Name      string    `json:"name"`
	Network   string    `json:"network"`
	Held      bool      `json:"held"` // by this machine
	SignedOut bool      `json:"signed_out"`
	Paused    bool      `json:"paused"`
	Stream    string    `json:"stream"` // open, down, none
	NextDue   time.Time `json:"next_due,omitzero"`
	LastOut   time.Time `json:"last_out,omitzero"`
	Read      time.Time `json:"read,omitzero"` // when what came in was read last
}

// Add notes a problem.
func (r *Report) Add(p Problem) { r.Problems = append(r.Problems, p) }

// Close ends a report: it is good if nothing was noted.
func (r *Report) Close() *Report {
	r.OK = len(r.Problems) == 0
	r.OverdueSeconds, r.WaitingSeconds, r.SkewSeconds = r.Overdue.Seconds(), r.Waiting.Seconds(), r.Skew.Seconds()
	r.Stuck = len(r.Problems)
	return r
}
