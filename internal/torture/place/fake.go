package place

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// host opens a fake in the place of a test.
type host struct {
	mu       sync.Mutex
	ends     []func()
	mistakes error // what the program did that it must never do
}

// Helper implements networktest.Tester.
func (h *host) Helper() {}

// Errorf implements networktest.Tester.
func (h *host) Errorf(format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.mistakes = errors.Join(h.mistakes, fmt.Errorf(format, args...))
}

// Fatalf implements networktest.Tester: the harness has used the fake wrongly.
func (h *host) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// Cleanup implements networktest.Tester.
func (h *host) Cleanup(end func()) { h.ends = append(h.ends, end) }

// Context implements networktest.Tester.
func (h *host) Context() context.Context { return context.Background() }

// wrong is all that was noted so far.
func (h *host) wrong() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.mistakes
}

// Close implements Place.
func (h *host) Close() {
	for _, end := range h.ends {
		end()
	}
}
