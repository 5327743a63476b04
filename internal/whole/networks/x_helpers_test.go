package networks_test

import (
	"strconv"
	"time"

	"magpie/internal/whole/kit"
)

// short is how long things on a fake may take, on a machine that does much else.
const short = 40 * time.Second

// after is a channel that speaks after some seconds.
func after(seconds int) <-chan time.Time { return time.After(time.Duration(seconds) * time.Second) }

// waitFor waits for something to become true, not for long.
func waitFor(s *kit.Shop, what string, done func() bool) {
	s.T.Helper()
	if !kit.Within(short, done) {
		s.T.Fatalf("waited in vain: %s\n%s", what, s.Outbox())
	}
}

// number is one from the database.
func number(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64) // what is none is 0
	return n
}
