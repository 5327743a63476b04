package site

import (
	"context"
	"database/sql"
	"path/filepath"
	"time"

	"magpie/internal/lease"
	"magpie/internal/need"
	"magpie/internal/store"
	"magpie/internal/workspace"
)

// Sweep is the longest that a timer sleeps.
const Sweep = time.Second

// StuckAfter is how long something that could go on may stand still.
const StuckAfter = 30 * time.Second

// Reading, before an account's name, is the part that reads what comes in for it.
const Reading = "reading for "

// Stamp is how a time is said.
const Stamp = "2006-01-02 15:04:05 -07:00"

// Whose a database is.
const (
	PlaysReal    = "real"
	PlaysSandbox = "sandbox"
)

// leaseTime is how long an account stays without anybody after its machine was
// killed. Setting lease: in magpie.yaml.
const leaseTime = 10 * time.Second

// Lasting is for how long leases are taken.
func (s *Site) Lasting() time.Duration {
	if d := time.Duration(s.Set().Settings.Lease); d > 0 {
		return d
	}
	return leaseTime
}

// Sleep waits for a while, or until ctx ends.
func Sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// AtWork is how many machines are at work on a database.
func AtWork(ctx context.Context, db *store.DB) (int, error) {
	all, err := lease.Live(ctx, db, time.Now())
	return len(all), err
}

// KeyFile is where the key of the stored tokens lies.
func (s *Site) KeyFile() string { return KeyFile(s.Dir, s.DB) }

// Add hands the job engine work, by the kind of the job and what it is about.
func (s *Site) Add(ctx context.Context, name, id string) {
	if err := s.Write(ctx, func(tx *sql.Tx) error { return s.Queue.Add(ctx, tx, name, id) }); err != nil && ctx.Err() == nil {
		s.Log.WithError(err).WithField("work", name).Error("a job could not be queued; trying again")
		return
	}
	s.Queue.Wake(ctx, name)
}

// Write runs fn in a shared transaction.
func (s *Site) Write(ctx context.Context, fn func(*sql.Tx) error) error { return s.DB.Batch(ctx, fn) }

// Raise notes what needs a person, and in the same transaction what belongs to it.
func (s *Site) Raise(ctx context.Context, kind, subject, text string, also ...func(*sql.Tx) error) {
	var fresh bool
	err := s.Write(ctx, func(tx *sql.Tx) (err error) {
		for _, write := range also {
			if err := write(tx); err != nil {
				return err
			}
		}
		fresh, err = s.RaiseIn(ctx, tx, kind, subject, text)
		return err
	})
	if err != nil {
		s.Log.WithError(err).Error("a message for a person could not be stored")
	}
	if fresh {
		s.Log.WithField("subject", subject).Warn(kind + ": " + text)
		s.Queue.Wake(ctx, "tell")
	}
}

// RaiseIn is Raise in a transaction of the caller, and tells whether the need is a new one.
func (s *Site) RaiseIn(ctx context.Context, tx *sql.Tx, kind, subject, text string) (bool, error) {
	fresh, err := need.Raise(ctx, tx, kind, subject, text, s.Clock())
	if err != nil || !fresh {
		return fresh, err
	}
	return true, s.Queue.Add(ctx, tx, "tell", "all")
}

// Clear forgets that something needed a person: it is over.
func (s *Site) Clear(ctx context.Context, kind, subject string) {
	err := s.Write(ctx, func(tx *sql.Tx) error { return need.Clear(ctx, tx, kind, subject) })
	if err != nil && ctx.Err() == nil {
		s.Log.WithError(err).Error("a message for a person could not be removed")
	}
}

// Set is the workspace in force.
func (s *Site) Set() *workspace.Set { return s.Files().Set }

// Files are the workspace in force and its number.
func (s *Site) Files() *InForce { return s.set.Load() }

// Use puts files in force in this process, and returns those before.
func (s *Site) Use(files *InForce) (before *InForce) { return s.set.Swap(files) }

// KeyFile is where the key of the stored tokens lies: beside a SQLite file, or
// in the workspace of each machine.
func KeyFile(dir string, db *store.DB) string {
	if db.Postgres() {
		return filepath.Join(dir, "magpie.key")
	}
	return db.Path + ".key"
}
