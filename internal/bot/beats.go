package bot

import (
	"maps"
	"sync"
	"time"
)

// beats notes when each part of the bot last came round, so that health can
// tell which is stuck.
type beats struct {
	mu sync.Mutex
	at map[string]time.Time
}

func (b *beats) note(part string, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.at == nil {
		b.at = map[string]time.Time{}
	}
	b.at[part] = now
}

func (b *beats) all() map[string]time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.at)
}
