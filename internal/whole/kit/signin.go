package kit

import (
	"time"
)

// Real makes the accounts speak to the sandbox as to a real server, with tokens
// that “magpie accounts login” stored.
func (s *Shop) Real(accounts ...string) {
	s.T.Helper()
	for _, name := range accounts {
		s.Write("accounts/"+name+".yaml", "network: mastodon\nserver: "+s.Net.URL()+"\nabout: "+name+"\nlanguage: en\ntimezone: "+
			"UTC\ncredentials: stored\n")
	}
	for _, name := range accounts {
		if said, code := s.Typed("sandbox-"+name+"\n", "accounts", "login", name); code != 0 {
			s.T.Fatalf("login: %d: %s", code, said)
		}
	}
}

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
