package publish_test

import (
	"math/rand/v2"
	"testing"

	"magpie/internal/network"
	"magpie/internal/outbox"
)

// TestLongAddress: a server may name a post as it likes; an index of Postgres takes 2,700 bytes.
func TestLongAddress(t *testing.T) {
	w := newWorld(t, network.Blind)
	dice, id := rand.New(rand.NewPCG(5, 6)), make([]byte, 9000)
	for i := range id {
		id[i] = "abcdefghijklmnopqrstuvwxyz0123456789"[dice.IntN(36)]
	}
	s := w.spied()
	s.Client = sameID{s.Client, string(id)}
	w.add("a", nil)
	w.pass()
	w.is("a", outbox.Sent)
	w.add("b", nil)
	w.pass()
	w.is("b", outbox.Asked) // the address of another post
}
