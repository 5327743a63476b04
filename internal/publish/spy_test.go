package publish_test

import (
	"context"
	"errors"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/memory"
)

// spy is a client of which some calls do something else first.
type spy struct {
	network.Client
	prepare func() error
	publish func() error
	find    func() error
	quota   func() network.Quota
}

func (s *spy) Prepare(ctx context.Context, d network.Draft) (network.Sealed, error) {
	if s.prepare != nil {
		if err := s.prepare(); err != nil {
			return network.Sealed{}, err
		}
	}
	return s.Client.Prepare(ctx, d)
}

func (s *spy) Publish(ctx context.Context, x network.Sealed) (network.Receipt, error) {
	if s.publish != nil {
		if err := s.publish(); err != nil {
			return network.Receipt{}, err
		}
	}
	return s.Client.Publish(ctx, x)
}

func (s *spy) Find(ctx context.Context, x network.Sealed, since time.Time, taken func(string) bool) (network.Receipt, bool, error) {
	if s.find != nil {
		if err := s.find(); err != nil {
			return network.Receipt{}, false, err
		}
	}
	return s.Client.Find(ctx, x, since, taken)
}

func (s *spy) Quota() network.Quota {
	if s.quota != nil {
		return s.quota()
	}
	return s.Client.Quota()
}

// spied puts a spy between the publisher and the network.
func (w *world) spied() *spy {
	s := &spy{Client: w.client}
	w.client, w.p.Client = s, s
	return s
}

var errBusy = errors.New("too many requests")

func (w *world) failWith(f *network.Failure, stored bool) {
	w.net.Fail(name, memory.Fault{Failure: f, Stored: stored})
}

// sameID answers every Publish with one address.
type sameID struct {
	network.Client
	id string
}

func (s sameID) Publish(context.Context, network.Sealed) (network.Receipt, error) {
	return network.Receipt{ID: s.id, URL: s.id}, nil
}
