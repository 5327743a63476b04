package bot

import (
	"maps"
	"sync"
	"time"
)

// beats notes when each part of the bot last came round, and how the streams
// are, so that health can tell what is stuck.
type beats struct {
	mu      sync.Mutex
	at      map[string]time.Time
	streams map[string]streaming
}

// streaming is how an account's stream is, and since when.
type streaming struct {
	state string // open, down
	since time.Time
}

func (b *beats) note(part string, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.at == nil {
		b.at, b.streams = map[string]time.Time{}, map[string]streaming{}
	}
	b.at[part] = now
}

// forget ends the watch over a part that has ended in peace.
func (b *beats) forget(part string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.at, part)
}

func (b *beats) all() map[string]time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.at)
}

func (b *beats) setStream(account, state string, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.streams == nil {
		b.streams = map[string]streaming{}
	}
	if b.streams[account].state != state {
		b.streams[account] = streaming{state, now}
	}
}

// stream is open, down, or none.
func (b *beats) stream(account string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s := b.streams[account].state; s != "" {
		return s
	}
	return "none"
}

// streamDown is for how long an account's stream has been down.
func (b *beats) streamDown(account string, now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s := b.streams[account]; s.state == "down" {
		return now.Sub(s.since)
	}
	return 0
}

// skews are how far the networks' clocks are from ours, as last seen.
type skews struct {
	mu sync.Mutex
	by map[string]time.Duration
}

func (s *skews) note(who string, d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.by == nil {
		s.by = map[string]time.Duration{}
	}
	s.by[who] = d.Abs()
}

func (s *skews) worst() (most time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.by {
		most = max(most, d)
	}
	return most
}
