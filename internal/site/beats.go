package site

import (
	"maps"
	"sync"
	"time"
)

// Beats notes when each part of the bot last came round, and how the streams
// are, so that health can tell what is stuck.
type Beats struct {
	mu      sync.Mutex
	at      map[string]time.Time
	streams map[string]streaming
}

// streaming is how an account's stream is, and since when.
type streaming struct {
	state string // open, down
	since time.Time
}

// Note says that a part has come round.
func (b *Beats) Note(part string, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.at == nil {
		b.at, b.streams = map[string]time.Time{}, map[string]streaming{}
	}
	b.at[part] = now
}

// Forget ends the watch over a part that has ended in peace.
func (b *Beats) Forget(part string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.at, part)
}

// All are the parts, and when each came round last.
func (b *Beats) All() map[string]time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.at)
}

// SetStream notes how an account's stream is: open, down, or "" for none.
func (b *Beats) SetStream(account, state string, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.streams == nil {
		b.streams = map[string]streaming{}
	}
	if b.streams[account].state != state {
		b.streams[account] = streaming{state, now}
	}
}

// Stream is open, down, or none.
func (b *Beats) Stream(account string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s := b.streams[account].state; s != "" {
		return s
	}
	return "none"
}

// StreamDown is for how long an account's stream has been down.
func (b *Beats) StreamDown(account string, now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s := b.streams[account]; s.state == "down" {
		return now.Sub(s.since)
	}
	return 0
}
