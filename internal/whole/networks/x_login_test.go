package networks_test

import (
	"strings"
	"testing"

	"magpie/internal/whole/kit"

	"magpie/internal/network/x/xfake"
)

// bearerOnly is what somebody pastes who takes the app's bearer token for all
// that is needed; X's begin so.
const bearerOnly = "AAAAAAAAAAAAAAAAAAAAAMLheAAAAAAA0BukUkbkPRQSTlXMrqkXyDuYX4Dexample"

// quiet tells that a text has no secret of X.
func (s *twitter) quiet(said string) {
	s.T.Helper()
	for _, secret := range s.x.Secrets() {
		if strings.Contains(said, secret) {
			s.T.Errorf("it shows the secret %s: %s", secret, said)
		}
	}
}

// The four keys of OAuth 1.0a are tried and stored.
func TestLoginXKeys(t *testing.T) {
	t.Parallel()
	s := onX(t, xfake.Options{})
	if said, code := s.Login(s.keys()+" "+s.x.AppToken(), ""); code != 0 ||
		!kit.Contains(said, "shop is @shop", "marked as a bot", "stored, encrypted") {
		t.Errorf("%d: %s", code, said)
	} else {
		s.quiet(said)
	}
	if said := s.Must("accounts", "verify"); !kit.Contains(said, "shop is @shop") {
		t.Errorf("verify: %s", said)
	}
	if said, code := s.Login("a b c d", ""); code != 3 || !kit.Contains(said, "nothing was stored") {
		t.Errorf("bad keys after good ones: %d: %s", code, said)
	}
	s.Must("accounts", "verify") // the good ones are there still
}

// What is no good is said in words, and nothing is stored.
func TestLoginXRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		o     xfake.Options
		words func(*twitter) string
		code  int
		says  string
	}{
		"wrong keys":     {xfake.Options{}, func(*twitter) string { return "one two three four" }, 3, "nothing was stored"},
		"too many words": {xfake.Options{}, func(*twitter) string { return "one two three four five six" }, 3, "four keys (OAuth 1.0a"},
		"nothing":        {xfake.Options{}, func(*twitter) string { return "   " }, 2, "nothing was stored"},
		"words mixed up": {xfake.Options{}, func(s *twitter) string {
			w := strings.Fields(s.keys())
			return strings.Join([]string{w[2], w[3], w[0], w[1]}, " ")
		}, 3, "nothing was stored"},
		"bearer token": {xfake.Options{}, func(*twitter) string { return bearerOnly }, 3, "nothing was stored"},
		"suspended": {xfake.Options{}, func(s *twitter) string {
			s.x.Restrict("shop", "Your account is suspended and is not permitted to access this feature.")
			return s.keys()
		}, 3, "suspended"},
		"access is denied": {xfake.Options{}, func(s *twitter) string { s.x.Deny(true); return s.app() }, 3, "access_denied"},
		"a wrong secret":   {xfake.Options{}, func(s *twitter) string { return s.x.Client().ID + " wrong" }, 3, "app's keys"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := onX(t, c.o)
			p := s.tries(c.words(s))
			said := p.Log.String()
			if code := p.Cmd.ProcessState.ExitCode(); code != c.code || !strings.Contains(said, c.says) {
				t.Errorf("exit %d, not %d, and %q is not in: %s", code, c.code, c.says, said)
			}
			if c.code != 0 {
				s.NothingStored()
			}
			s.quiet(said)
		})
	}
}

// tries signs in, and gives up where X shows a page that leads nowhere.
func (s *twitter) tries(words string) *kit.Process {
	s.T.Helper()
	p := s.Visit(words)
	select {
	case <-p.Done:
	case <-after(8):
		s.T.Logf("it waits for ever: %s", &p.Log)
		p.Kill()
	}
	return p
}
