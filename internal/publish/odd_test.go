package publish_test

import (
	"strings"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/memory"
	"magpie/internal/outbox"
	"magpie/internal/pause"
	"magpie/internal/store/storetest"
)

// TestOddReason: whatever bytes a server's refusal has, what became of the post
// is written down.
func TestOddReason(t *testing.T) {
	for reason, want := range map[network.Reason]outbox.State{network.Refused: outbox.Refused, network.Busy: outbox.Planned,
		network.Unknown: outbox.InDoubt, network.SignedOut: outbox.Planned} {
		t.Run(string(reason), func(t *testing.T) {
			w := newWorld(t, network.Exact)
			w.coded("a", 1)
			w.net.Fail(name, memory.Fault{Failure: network.Fail(reason, "%s", storetest.Odd)})
			w.pass()
			if got := w.post("a"); got.State != want || !strings.Contains(got.Reason, storetest.Kept) {
				t.Errorf("it is %s for %q", got.State, got.Reason)
			}
			for range 4 {
				w.after(time.Hour)
			}
			if reason == network.Refused {
				w.outThere(0)
			} else {
				w.outThere(1)
				w.is("a", outbox.Sent)
			}
		})
	}
}

// TestOddPause: an account is halted, whatever the server said.
func TestOddPause(t *testing.T) {
	w := newWorld(t, network.Exact)
	_, err := pause.Set(t.Context(), w.db, "signed out", name, storetest.Odd, storetest.Odd, w.now)
	w.must(err)
	w.add("a", nil)
	w.pass()
	w.outThere(0)
	_, err = pause.Lift(t.Context(), w.db, "signed out", name, storetest.Odd, w.now)
	w.must(err)
	w.pass()
	w.outThere(1)
}

// TestOddReceipt: the address of a post may have any bytes.
func TestOddReceipt(t *testing.T) {
	w := newWorld(t, network.Exact)
	w.add("a", nil)
	s := w.spied()
	s.Client = sameID{s.Client, "https://x/" + storetest.Odd}
	w.pass()
	w.is("a", outbox.Sent)
}
