package signin_test

import (
	"strings"
	"testing"

	"magpie/internal/whole/kit"

	"magpie/internal/network/x/xfake"
)

// bearerOnly is what somebody pastes who takes the app's bearer token for all
// that is needed; X's begin so.
const bearerOnly = "AAAAAAAAAAAAAAAAAAAAAMLheAAAAAAA0BukUkbkPRQSTlXMrqkXyDuYX4Dexample"

// The four keys of OAuth 1.0a are tried and stored.
func TestLoginXKeys(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{})
	if said, code := s.Login(s.Keys()+" "+s.X.AppToken(), ""); code != 0 ||
		!kit.Contains(said, "shop is @shop", "marked as a bot", "stored, encrypted") {
		t.Errorf("%d: %s", code, said)
	} else {
		s.Quiet(said)
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
		words func(*kit.Twitter) string
		code  int
		says  string
	}{
		"wrong keys":     {xfake.Options{}, func(*kit.Twitter) string { return "one two three four" }, 3, "nothing was stored"},
		"too many words": {xfake.Options{}, func(*kit.Twitter) string { return "one two three four five six" }, 3, "four keys (OAuth 1.0a"},
		"nothing":        {xfake.Options{}, func(*kit.Twitter) string { return "   " }, 2, "nothing was stored"},
		"words mixed up": {xfake.Options{}, func(s *kit.Twitter) string {
			w := strings.Fields(s.Keys())
			return strings.Join([]string{w[2], w[3], w[0], w[1]}, " ")
		}, 3, "nothing was stored"},
		"bearer token": {xfake.Options{}, func(*kit.Twitter) string { return bearerOnly }, 3, "nothing was stored"},
		"suspended": {xfake.Options{}, func(s *kit.Twitter) string {
			s.X.Restrict("shop", "Your account is suspended and is not permitted to access this feature.")
			return s.Keys()
		}, 3, "suspended"},
		"access is denied": {xfake.Options{}, func(s *kit.Twitter) string { s.X.Deny(true); return s.App() }, 3, "access_denied"},
		"a wrong secret":   {xfake.Options{}, func(s *kit.Twitter) string { return s.X.Client().ID + " wrong" }, 3, "app's keys"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.OnX(t, c.o)
			p := s.Tries(c.words(s))
			said := p.Log.String()
			if code := p.Cmd.ProcessState.ExitCode(); code != c.code || !strings.Contains(said, c.says) {
				t.Errorf("exit %d, not %d, and %q is not in: %s", code, c.code, c.says, said)
			}
			if c.code != 0 {
				s.NothingStored()
			}
			s.Quiet(said)
		})
	}
}
