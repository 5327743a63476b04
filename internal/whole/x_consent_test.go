package whole_test

import (
	"strings"
	"testing"

	"magpie/internal/network/x/xfake"
)

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
	if text := h.of("signed out")[0].Text; !contains(text, "oauth1 app permissions", "magpie accounts login shop") ||
		s.state("first") != "planned" {
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
			s.x.Fail(xfake.Rule{Path: "/2/oauth2/token", Status: 200,
				Body: `{"token_type":"bearer","access_token":"` + token.Access + `","refresh_token":"` + token.Refresh + `","scope":"` + answer + `"}`})
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
