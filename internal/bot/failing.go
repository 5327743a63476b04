package bot

import (
	"context"
	"time"

	"magpie/internal/network"
)

// Verify implements network.Client.
func (f failing) Verify(context.Context) (network.Self, error) { return network.Self{}, f.fail() }

// Limits implements network.Client.
func (f failing) Limits(context.Context) (network.Limits, error) { return network.Limits{}, f.fail() }

// Prepare implements network.Client.
func (f failing) Prepare(context.Context, network.Draft) (network.Sealed, error) {
	return network.Sealed{}, f.fail()
}

// Publish implements network.Client.
func (f failing) Publish(context.Context, network.Sealed) (network.Receipt, error) {
	return network.Receipt{}, f.fail()
}

// Find implements network.Client.
func (f failing) Find(context.Context, network.Sealed, time.Time, func(string) bool) (network.Receipt, bool, error) {
	return network.Receipt{}, false, f.fail()
}

// Delete implements network.Client.
func (f failing) Delete(context.Context, string) error { return f.fail() }

// Answered implements network.Client.
func (f failing) Answered(context.Context, network.Ref) (bool, error) { return false, f.fail() }

// Events implements network.Client.
func (f failing) Events(_ context.Context, cursor string) ([]network.Event, string, error) {
	return nil, cursor, f.fail()
}

// Followers implements network.Client.
func (f failing) Followers(context.Context, string) ([]network.Person, string, error) {
	return nil, "", f.fail()
}

// Stream implements network.Client.
func (f failing) Stream(context.Context, func(), func(network.Event)) error { return f.fail() }

// Quota implements network.Client.
func (f failing) Quota() network.Quota { return network.Quota{} }
