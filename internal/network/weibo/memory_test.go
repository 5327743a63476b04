package weibo

import (
	"context"
	"slices"
	"sync"

	"magpie/internal/network"
)

// memory is a session store for tests.
type memory struct {
	mu     sync.Mutex
	tokens network.Secret
	full   error  // what Save answers
	away   error  // what Load answers
	saved  func() // called by Save
}

func (m *memory) Load() (network.Secret, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tokens, m.away
}

func (m *memory) Save(s network.Secret) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.full != nil {
		return m.full
	}
	if m.saved != nil {
		m.saved()
	}
	m.tokens = s
	return nil
}

func (m *memory) Alone(_ context.Context, fn func() error) error { return fn() }

// counter is a meter that writes down what was taken.
type counter struct {
	mu           sync.Mutex
	all, counted []network.Charge
	over         *network.Failure // what Take answers
}

func (c *counter) Take(_ context.Context, x network.Charge) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over != nil {
		return c.over
	}
	c.all = append(c.all, x)
	return nil
}

func (c *counter) Left(context.Context, network.Purpose) network.Price { return network.Unbounded }

// taken are the purposes of all calls since the last time.
func (c *counter) taken() (all []network.Purpose) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, x := range c.all {
		all = append(all, x.For)
	}
	c.all = nil
	return slices.Clip(all)
}

func (c *counter) Count(_ context.Context, x network.Charge) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counted = append(c.counted, x)
}
