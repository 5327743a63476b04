package machines_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"magpie/internal/whole/kit"
)

// A machine that stands still for longer than its leases last, and then goes
// on, sends nothing that another has taken over: not what it had in flight, not
// what it was about to send. Nothing goes out twice.
func TestMachineStopped(t *testing.T) {
	t.Parallel()
	for name, v := range kit.Servers {
		for round := range 2 {
			t.Run(fmt.Sprint(name, "/", round), func(t *testing.T) {
				t.Parallel()
				s := kit.OpenShared(t, v)
				s.Stopped(v, 2*time.Second+rand.N(3*time.Second), 8*time.Second)
			})
		}
	}
}

// The same for a minute, with leases as they come.
func TestMachineStoppedForAMinute(t *testing.T) {
	t.Parallel()
	s := kit.OpenShared(t, kit.Servers["ignore"])
	s.Write("magpie.yaml", "settle: 1s\n")
	s.Must("apply")
	s.Stopped(kit.Servers["ignore"], 3*time.Second, time.Minute)
}
