package kit

import (
	"time"
)

// soon is within which an account goes on after a new sign-in: two seconds, and
// as much again for a machine that runs all tests at once.
const soon = 20 * time.Second // two seconds where nothing else runs

// Resumes waits until an account is not paused any more, and tells how long
// that took.
func (s *Shop) Resumes(since time.Time) {
	s.T.Helper()
	s.Until("the account goes on", func() bool { return s.Count(`SELECT count(*) FROM pauses WHERE scope = 'signed out'`) == "0" })
	took := time.Since(since)
	s.T.Logf("it went on %s after the login", took.Round(time.Millisecond))
	if took > soon {
		s.T.Errorf("it went on %s after the login", took)
	}
}
