package sandbox

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestOnlyLoopback(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.168.1.1:80", "example.com:80", "127.0.0.1"} {
		if s, err := Start(Options{Addr: addr}); err == nil {
			_ = s.Close()
			t.Errorf("%s was taken", addr)
		}
	}
	s, _ := start(t, Options{})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "sandbox.evil.example"
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("another host's name: %d", resp.StatusCode)
	}
}

// login goes through app, form and code; verifier may be wrong.
func login(c client, scope, back string, more url.Values) (app, code reply) {
	app = c.must(200, "POST", "/api/v1/apps", object{"client_name": "test", "redirect_uris": back, "scopes": "read write"})
	q := url.Values{"response_type": {"code"}, "client_id": {app.text("client_id")}, "redirect_uri": {back}, "scope": {scope},
		"account": {"outlet"}}
	for key, values := range more {
		q[key] = values
	}
	c.must(200, "GET", "/oauth/authorize?"+q.Encode(), nil)
	code, err := c.call("POST", "/oauth/authorize", q.Encode())
	if err != nil {
		c.t.Fatal(err)
	}
	return app, code
}

func codeOf(t *testing.T, r reply) string {
	u, err := url.Parse(r.header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("code")
}

func TestLoginGivesATokenWithItsScopes(t *testing.T) {
	_, c := start(t, Options{})
	c = c.as("")
	back := "http://127.0.0.1:9/back"
	app, code := login(c, "read", back, nil)
	form := object{
		"grant_type": "authorization_code", "code": codeOf(t, code), "redirect_uri": back,
		"client_id": app.text("client_id"), "client_secret": app.text("client_secret"),
	}
	token := c.must(200, "POST", "/oauth/token", form).text("access_token")
	c.must(400, "POST", "/oauth/token", form)
	c.as(token).must(200, "GET", "/api/v1/notifications", nil)
	r := c.as(token).must(403, "POST", "/api/v1/statuses", object{"status": "x"})
	if r.text("error") != "This action is outside the authorized scopes" {
		t.Errorf("got %s", r.body)
	}
	c.must(200, "POST", "/oauth/revoke", object{"client_id": app.text("client_id"), "client_secret": app.text("client_secret"),
		"token": token})
	c.as(token).must(401, "GET", "/api/v1/notifications", nil)
}

func TestAuthorizationRefuses(t *testing.T) {
	_, c := start(t, Options{})
	c = c.as("")
	back := "http://127.0.0.1:9/back"
	app, code := login(c, "read", back, url.Values{"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"},
		"code_challenge_method": {"S256"}})
	form := object{
		"grant_type": "authorization_code", "code": codeOf(t, code), "redirect_uri": back, "code_verifier": "wrong",
		"client_id": app.text("client_id"), "client_secret": app.text("client_secret"),
	}
	c.must(400, "POST", "/oauth/token", form)
	form["client_secret"] = "wrong"
	c.must(401, "POST", "/oauth/token", form)
	q := "response_type=code&client_id=" + app.text("client_id") + "&redirect_uri="
	for _, wrong := range []string{"https://evil.example/", url.QueryEscape(back) + "&scope=push",
		url.QueryEscape(back) + "&code_challenge=x"} {
		r := c.must(400, "GET", "/oauth/authorize?"+q+wrong, nil)
		if strings.Contains(string(r.body), "<form") {
			t.Errorf("%s: a form", wrong)
		}
	}
}

func TestAnAppAloneHasNoAccount(t *testing.T) {
	_, c := start(t, Options{})
	app := c.as("").must(200, "POST", "/api/v1/apps", "client_name=x&redirect_uris="+url.QueryEscape(outOfBand)+"&scopes=read")
	token := c.as("").must(200, "POST", "/oauth/token", "grant_type=client_credentials&client_id="+app.text("client_id")+
		"&client_secret="+app.text("client_secret")).text("access_token")
	c.as(token).must(200, "GET", "/api/v1/apps/verify_credentials", nil)
	c.as(token).must(422, "GET", "/api/v1/notifications", nil)
}

func TestUnknownCallsAndOrigins(t *testing.T) {
	s, c := start(t, Options{})
	if r := c.must(404, "GET", "/api/v1/nonsense", nil); r.text("error") == "" {
		t.Errorf("got %s", r.body)
	}
	near := "http://localhost:3000"
	if r := c.must(204, "OPTIONS", "/api/v1/statuses", nil, "Origin", near); r.header.Get("Access-Control-Allow-Origin") != near {
		t.Errorf("got %v", r.header)
	}
	if r := c.must(200, "GET", "/api/v2/instance", nil, "Origin", "https://evil.example"); r.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("got %v", r.header)
	}
	c.must(413, "POST", "/api/v1/statuses", object{"status": strings.Repeat("x", maxForm)})
	c.must(400, "POST", "/api/v1/statuses", "%zz")
	if got := s.Requests(); len(got) != 5 || got[0].Path != "/api/v1/nonsense" {
		t.Errorf("got %+v", got)
	}
}
