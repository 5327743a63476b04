package accounts

import (
	"context"
	"sync"
	"time"

	"magpie/internal/network"
)

// Connection is an account's connector, which may be missing while the account
// is signed out and be replaced when it is back.
type Connection struct {
	mu     sync.RWMutex
	client network.Client
	err    error
}

// Set replaces the connector; err says why there is none.
func (c *Connection) Set(client network.Client, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.client, c.err = client, err
}

// Get is the connector, or why there is none.
func (c *Connection) Get() (network.Client, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.client, c.err
}

// Verify implements network.Client.
func (c *Connection) Verify(ctx context.Context) (network.Self, error) {
	x, err := c.Get()
	if err != nil {
		return network.Self{}, err
	}
	return x.Verify(ctx)
}

// Limits implements network.Client.
func (c *Connection) Limits(ctx context.Context) (network.Limits, error) {
	x, err := c.Get()
	if err != nil {
		return network.Limits{}, err
	}
	return x.Limits(ctx)
}

// Prepare implements network.Client.
func (c *Connection) Prepare(ctx context.Context, d network.Draft) (network.Sealed, error) {
	x, err := c.Get()
	if err != nil {
		return network.Sealed{}, err
	}
	return x.Prepare(ctx, d)
}

// Publish implements network.Client.
func (c *Connection) Publish(ctx context.Context, s network.Sealed) (network.Receipt, error) {
	x, err := c.Get()
	if err != nil {
		return network.Receipt{}, err
	}
	return x.Publish(ctx, s)
}

// Find implements network.Client.
func (c *Connection) Find(ctx context.Context, s network.Sealed, since time.Time, taken func(string) bool) (network.Receipt, bool, error) {
	x, err := c.Get()
	if err != nil {
		return network.Receipt{}, false, err
	}
	return x.Find(ctx, s, since, taken)
}

// Posts implements network.Client.
func (c *Connection) Posts(ctx context.Context, since time.Time) ([]network.Posted, error) {
	x, err := c.Get()
	if err != nil {
		return nil, err
	}
	return x.Posts(ctx, since)
}

// Delete implements network.Client.
func (c *Connection) Delete(ctx context.Context, id string) error {
	x, err := c.Get()
	if err != nil {
		return err
	}
	return x.Delete(ctx, id)
}

// Answered implements network.Client.
func (c *Connection) Answered(ctx context.Context, m network.Ref, ours func(string) bool) (bool, error) {
	x, err := c.Get()
	if err != nil {
		return false, err
	}
	return x.Answered(ctx, m, ours)
}

// Events implements network.Client.
func (c *Connection) Events(ctx context.Context, cursor string) ([]network.Event, string, error) {
	x, err := c.Get()
	if err != nil {
		return nil, cursor, err
	}
	return x.Events(ctx, cursor)
}

// Metrics implements network.Client.
func (c *Connection) Metrics(ctx context.Context, ids []string) ([]network.Metrics, error) {
	x, err := c.Get()
	if err != nil {
		return nil, err
	}
	return x.Metrics(ctx, ids)
}

// Followers implements network.Client.
func (c *Connection) Followers(ctx context.Context, cursor string) ([]network.Person, string, error) {
	x, err := c.Get()
	if err != nil {
		return nil, "", err
	}
	return x.Followers(ctx, cursor)
}

// Stream implements network.Client.
func (c *Connection) Stream(ctx context.Context, ready func(), handle func(network.Event)) error {
	x, err := c.Get()
	if err != nil {
		return err
	}
	return x.Stream(ctx, ready, handle)
}

// Quota implements network.Client.
func (c *Connection) Quota() network.Quota {
	x, err := c.Get()
	if err != nil {
		return network.Quota{}
	}
	return x.Quota()
}
