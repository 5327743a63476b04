package x

import (
	"context"
	"sync"

	"magpie/internal/network"
)

// memory is a session store for tests.
type memory struct {
	alone sync.Mutex
	mu    sync.Mutex
	saved []network.Secret

	tokens network.Secret
	full   error // what Save answers
}

func (m *memory) Load() (network.Secret, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tokens, nil
}

func (m *memory) Save(s network.Secret) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.full != nil {
		return m.full
	}
	m.tokens = s
	m.saved = append(m.saved, s)
	return nil
}

func (m *memory) Alone(_ context.Context, fn func() error) error {
	m.alone.Lock()
	defer m.alone.Unlock()
	return fn()
}
