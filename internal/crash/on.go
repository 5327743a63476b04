//go:build crashtest

// Package crash kills the program at a named point, in the builds that tests
// make with the tag crashtest. In every other build it does nothing.
package crash

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// Fault tells whether MAGPIE_FAULT names this deliberate mistake. Tests switch it
// on to see that they notice.
func Fault(name string) bool { return os.Getenv("MAGPIE_FAULT") == name }

// seen counts how often the point in MAGPIE_CRASH_AT was passed.
var seen atomic.Int64

// At kills the program with SIGKILL if MAGPIE_CRASH_AT names this point
// ("frozen", or "frozen:3" for the third time it is passed).
func At(point string) {
	want, nth, _ := strings.Cut(os.Getenv("MAGPIE_CRASH_AT"), ":")
	n, err := strconv.ParseInt(nth, 10, 64)
	if err != nil {
		n = 1
	}
	if want == point && seen.Add(1) == n {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // the signal is on its way
	}
}
