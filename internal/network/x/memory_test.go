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
	lost   error // what Load answers
	onSave func()
}

func (m *memory) setFull(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.full = err
}

func (m *memory) setLost(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lost = err
}

func (m *memory) Load() (network.Secret, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tokens, m.lost
}

func (m *memory) Save(s network.Secret) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.full != nil {
		return m.full
	}
	if m.onSave != nil {
		m.onSave()
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
