package signin_test

import (
	"net/http"
	"testing"
	"time"

	"magpie/internal/network/x/xfake"
	"magpie/internal/whole/kit"
)

// Tokens in rags are not stored over good ones, and a server that is down for a
// while signs nobody out.
func TestXRefreshGoesWrong(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]xfake.Rule{
		"empty": {Status: 200, Body: `{}`}, "a web page": {Status: 200, Body: `<html>`}, "503": {Status: 503, Body: "down"},
		"429":        {Status: 429, Header: http.Header{"Retry-After": {"1"}}},
		"cut before": {Drop: true}, "empty tokens": {Status: 200, Body: `{"access_token":"","refresh_token":""}`},
		"a proxy says no": {Status: 403, Body: "<html>forbidden by the company's proxy</html>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.OnX(t, xfake.Options{})
			h := s.Listen()
			s.Consent()
			s.Run()
			r.Path, r.Times = "/2/oauth2/token", 2
			s.X.Fail(r)
			s.X.Expire("shop")
			s.Due("first")
			p := s.Command(nil, "run")
			s.Rests("first")
			p.Stop()
			if n := len(h.Of("signed out")); n != 0 || len(s.Out()) != 1 {
				t.Errorf("%d posts; told: %v", len(s.Out()), h.Of("signed out"))
			}
		})
	}
}

// X has used up the refresh token, and its answer is lost: a person is told, once.
func TestXRefreshAnswerLost(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{})
	h := s.Listen()
	s.Consent()
	s.Run()
	s.X.Fail(xfake.Rule{Path: "/2/oauth2/token", Stored: true, Drop: true})
	s.X.Expire("shop")
	s.Due("first", "second")
	p := s.Command(nil, "run")
	s.Until("that is told", func() bool { return len(h.Of("signed out")) == 1 })
	kit.Span(2 * time.Second)
	s.Consent()
	s.Resumes(time.Now())
	s.Rests("first", "second")
	p.Stop()
	if n := len(h.Of("signed out")); n != 1 {
		t.Errorf("told %d times", n)
	}
}
