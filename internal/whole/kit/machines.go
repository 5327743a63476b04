package kit

import (
	"fmt"
	"slices"
	"time"

	"magpie/internal/sandbox"
)

// Stall lets the network store the next post of each account, and answer late.
func (s *Shop) Stall(accounts ...string) {
	for _, a := range accounts {
		s.Net.Fail(Posting(a, 2, sandbox.StallAfterStore(time.Minute)))
	}
}

// Stalled tells whether a post of each account is out, and its sender waits for
// the answer.
func (s *Shop) Stalled(accounts ...string) bool {
	s.T.Helper()
	out := map[string]bool{}
	for _, r := range s.Read(`SELECT account, sealed_text FROM posts WHERE state = 'sending'`) {
		if slices.ContainsFunc(s.Timeline(r["account"]), func(x sandbox.Status) bool { return x.Text == r["sealed_text"] }) {
			out[r["account"]] = true
		}
	}
	return !slices.ContainsFunc(accounts, func(a string) bool { return !out[a] })
}

// Proved is how long it took from an instant until the last post that was in
// doubt was found.
func (s *Shop) Proved(from time.Time) (most time.Duration) {
	s.T.Helper()
	for _, r := range s.Read(`SELECT max(updated_at) AS at FROM posts WHERE doubts > 0`) {
		var ms int64
		_, _ = fmt.Sscan(r["at"], &ms) // none: zero
		most = time.UnixMilli(ms).Sub(from)
	}
	return most
}
