// Package site is a workspace at work: the files in force, the database with the people and the jobs in it, the clock,
// the log, and what a person has to be told. Every room of the bot stands on it.
package site

import (
	"net/http"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"magpie/internal/document"
	"magpie/internal/orders"
	"magpie/internal/outage"
	"magpie/internal/people"
	"magpie/internal/queue"
	"magpie/internal/store"
	"magpie/internal/vault"
)

// Site is an open workspace with its database.
type Site struct {
	Dir     string // the workspace
	Sandbox string // address of a sandbox that plays every account; empty: the real networks
	Clock   func() time.Time
	Log     *logrus.Entry
	HTTP    *http.Client

	DB     *store.DB
	Book   *people.Book
	Orders *orders.Book
	Vault  *vault.Vault
	Queue  *queue.Queue
	Owner  string // this process, as the leases name it

	Outages  outage.Log
	Beats    Beats
	Working  atomic.Bool       // the bot runs in this process
	Mistakes document.Problems // of the files in Dir, where the revision in force is used in their place

	set atomic.Pointer[InForce]
}
