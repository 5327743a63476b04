package whole_test

import (
	"strings"
	"testing"

	"magpie/internal/network/x/xfake"
)

// bearerOnly is what somebody pastes who takes the app's bearer token for all
// that is needed; X's begin so.
const bearerOnly = "AAAAAAAAAAAAAAAAAAAAAMLheAAAAAAA0BukUkbkPRQSTlXMrqkXyDuYX4Dexample"

// nothingStored tells that no secret is in the database.
func (s *shop) nothingStored() {
	s.t.Helper()
	if n := s.count(`SELECT count(*) FROM secrets`); n != "0" {
		s.t.Errorf("%s secrets are stored", n)
	}
}

// quiet tells that a text has no secret of X.
func (s *twitter) quiet(said string) {
	s.t.Helper()
	for _, secret := range s.x.Secrets() {
		if strings.Contains(said, secret) {
			s.t.Errorf("it shows the secret %s: %s", secret, said)
		}
	}
}

// The four keys of OAuth 1.0a are tried and stored.
func TestLoginXKeys(t *testing.T) {
	t.Parallel()
	s := onX(t, xfake.Options{})
	if said, code := s.login(s.keys()+" "+s.x.AppToken(), ""); code != 0 || !contains(said, "shop is @shop", "marked as a bot", "stored, encrypted") {
		t.Errorf("%d: %s", code, said)
	} else {
		s.quiet(said)
	}
	if said := s.must("accounts", "verify"); !contains(said, "shop is @shop") {
		t.Errorf("verify: %s", said)
	}
	if said, code := s.login("a b c d", ""); code != 3 || !contains(said, "nothing was stored") {
		t.Errorf("bad keys after good ones: %d: %s", code, said)
	}
	s.must("accounts", "verify") // the good ones are there still
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
		"wrong keys":       {xfake.Options{}, func(*twitter) string { return "one two three four" }, 3, "nothing was stored"},
		"too many words":   {xfake.Options{}, func(*twitter) string { return "one two three four five six" }, 3, "access token secret (OAuth 1.0a)"},
		"nothing":          {xfake.Options{}, func(*twitter) string { return "   " }, 2, "nothing was stored"},
		"words mixed up":   {xfake.Options{}, func(s *twitter) string { w := strings.Fields(s.keys()); return strings.Join([]string{w[2], w[3], w[0], w[1]}, " ") }, 3, "nothing was stored"},
		"bearer token":     {xfake.Options{}, func(*twitter) string { return bearerOnly }, 3, "nothing was stored"},
		"suspended":        {xfake.Options{}, func(s *twitter) string { s.x.Restrict("shop", "Your account is suspended and is not permitted to access this feature."); return s.keys() }, 3, "suspended"},
		"access is denied": {xfake.Options{}, func(s *twitter) string { s.x.Deny(true); return s.app() }, 3, "access_denied"},
		"a wrong secret":   {xfake.Options{}, func(s *twitter) string { return s.x.Client().ID + " wrong" }, 3, "app's keys"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := onX(t, c.o)
			p := s.tries(c.words(s))
			said := p.log.String()
			if code := p.cmd.ProcessState.ExitCode(); code != c.code || !strings.Contains(said, c.says) {
				t.Errorf("exit %d, not %d, and %q is not in: %s", code, c.code, c.says, said)
			}
			if c.code != 0 {
				s.nothingStored()
			}
			s.quiet(said)
		})
	}
}

// tries signs in, and gives up where X shows a page that leads nowhere.
func (s *twitter) tries(words string) *process {
	s.t.Helper()
	p := s.visit(words)
	select {
	case <-p.done:
	case <-after(8):
		s.t.Logf("it waits for ever: %s", &p.log)
		p.kill()
	}
	return p
}

// OAuth 2: a person says yes on X's page.
func TestLoginXConsent(t *testing.T) {
	t.Parallel()
	s := onX(t, xfake.Options{})
	p := s.visit(s.app())
	if code := p.ended(); code != 0 || !contains(p.log.String(), "shop is @shop", "stored, encrypted") {
		t.Errorf("exit %d: %s", code, &p.log)
	}
	s.quiet(p.log.String())
	s.due("first")
	s.until("it posts", func() bool { s.run(); return s.state("first") == "sent" })
	if n := s.x.Count("POST /2/oauth2/token"); n != 1 {
		t.Errorf("tokens were exchanged %d times", n)
	}
}

// An app that may only read is found out by the first post, which waits.
func TestXReadOnlyApp(t *testing.T) {
	t.Parallel()
	s := onX(t, xfake.Options{OAuth1Access: "read"})
	h := s.listen()
	s.signIn()
	s.due("first")
	s.until("that is told", func() bool { s.run(); return len(h.of("signed out")) == 1 })
	if text := h.of("signed out")[0].Text; !contains(text, "oauth1 app permissions", "magpie accounts login shop") || s.state("first") != "planned" {
		t.Errorf("%s %q", s.state("first"), text)
	}
	if said, code := s.magpie("doctor"); code != 1 || !contains(said, "oauth1 app permissions") {
		t.Errorf("doctor: %d: %s", code, said)
	}
}

// X gives less than was asked for: what can't work is said at the login, not days after.
func TestLoginXScopesMissing(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"no writing": `tweet.read users.read offline.access dm.read dm.write media.write follows.read`,
		"no refresh": `tweet.read tweet.write users.read dm.read dm.write media.write follows.read`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := onX(t, xfake.Options{})
			token := s.x.Tokens("shop", strings.Fields(answer)...)
			s.x.Fail(xfake.Rule{Path: "/2/oauth2/token", Status: 200, Body: `{"token_type":"bearer","access_token":"` + token.Access + `","refresh_token":"` + token.Refresh + `","scope":"` + answer + `"}`})
			p := s.tries(s.app())
			missing := "tweet.write"
			if name == "no refresh" {
				missing = "offline.access"
			}
			_, said, _ := strings.Cut(p.log.String(), "Waiting") // the page's address names all scopes
			if code := p.cmd.ProcessState.ExitCode(); !strings.Contains(said, missing) {
				t.Errorf("exit %d, and it does not say that %s is missing: %s", code, missing, &p.log)
			}
		})
	}
}
