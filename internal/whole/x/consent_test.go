package x_test

import (
	"strings"
	"testing"

	"magpie/internal/whole/kit"

	"magpie/internal/network/x/xfake"
)

// OAuth 2: a person says yes on X's page.
func TestLoginXConsent(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{})
	p := s.Visit(s.App())
	if code := p.Ended(); code != 0 || !kit.Contains(p.Log.String(), "shop is @shop", "stored, encrypted") {
		t.Errorf("exit %d: %s", code, &p.Log)
	}
	s.Quiet(p.Log.String())
	s.Due("first")
	s.Until("it posts", func() bool { s.Run(); return s.State("first") == "sent" })
	if n := s.X.Count("POST /2/oauth2/token"); n != 1 {
		t.Errorf("tokens were exchanged %d times", n)
	}
}

// An app that may only read is found out by the first post, which waits.
func TestXReadOnlyApp(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{OAuth1Access: "read"})
	h := s.Listen()
	s.SignIn()
	s.Due("first")
	s.Until("that is told", func() bool { s.Run(); return len(h.Of("signed out")) == 1 })
	if text := h.Of("signed out")[0].Text; !kit.Contains(text, "oauth1 app permissions", "magpie accounts login shop") ||
		s.State("first") != "planned" {
		t.Errorf("%s %q", s.State("first"), text)
	}
	if said, code := s.Magpie("doctor"); code != 1 || !kit.Contains(said, "oauth1 app permissions") {
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
			s := kit.OnX(t, xfake.Options{})
			token := s.X.Tokens("shop", strings.Fields(answer)...)
			s.X.Fail(xfake.Rule{Path: "/2/oauth2/token", Status: 200,
				Body: `{"token_type":"bearer","access_token":"` + token.Access + `","refresh_token":"` + token.Refresh + `","scope":"` + answer + `"}`})
			p := s.Tries(s.App())
			missing := "tweet.write"
			if name == "no refresh" {
				missing = "offline.access"
			}
			_, said, _ := strings.Cut(p.Log.String(), "Waiting") // the page's address names all scopes
			if code := p.Cmd.ProcessState.ExitCode(); !strings.Contains(said, missing) {
				t.Errorf("exit %d, and it does not say that %s is missing: %s", code, missing, &p.Log)
			}
		})
	}
}
