package weibofake

import (
	"net/http"
	"net/url"
	"testing"
	"time"
)

const back = "https://magpie.example/callback?from=weibo"

// authorize asks for consent, and returns where the answer leads.
func (a api) authorize(fields ...string) url.Values {
	a.Helper()
	c := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := c.Get(a.s.URL + "/oauth2/authorize?" + form(fields).Encode())
	must(a.T, err)
	defer resp.Body.Close()
	u, err := resp.Location()
	must(a.T, err)
	equal(a.T, "host", u.Host, "magpie.example")
	return u.Query()
}

func (a api) code() string {
	a.Helper()
	q := a.authorize("client_id="+DefaultKey, "redirect_uri="+back, "response_type=code", "state=s1")
	if q.Get("state") != "s1" || q.Get("from") != "weibo" || q.Get("code") == "" {
		a.Fatalf("redirected with %v", q)
	}
	return q.Get("code")
}

func (a api) exchange(key, secret, code, redirect string) (int, object) {
	a.Helper()
	return a.post("/oauth2/access_token", "client_id="+key, "client_secret="+secret, "grant_type=authorization_code", "code="+code,
		"redirect_uri="+redirect)
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	for level, life := range map[Level]string{TestApp: "86400", Approved: "2592000", Owner: "157679999"} {
		b, a := start(t, Options{Level: level})
		b.token = ""
		o := b.fine(b.exchange(DefaultKey, DefaultSecret, b.code(), back))
		equal(t, "expires_in", b.str(o["expires_in"]), life)
		if o["uid"] != a.ID || o["refresh_token"] != nil {
			t.Errorf("got %v", o)
		}
		b.token = o["access_token"].(string)
		equal(t, "uid", b.str(b.fine(b.get("/2/account/get_uid.json"))["uid"]), a.ID)
	}
}

func TestSignInRefused(t *testing.T) {
	t.Parallel()
	b, _ := start(t, Options{Redirect: back})
	b.token = ""
	code := b.code()
	b.fails(21323)(b.exchange(DefaultKey, "", code, back))
	b.fails(21324)(b.exchange("1", DefaultSecret, code, back))
	b.fails(21324)(b.exchange(DefaultKey, "wrong", code, back))
	b.fails(21325)(b.exchange(DefaultKey, DefaultSecret, "wrong", back))
	b.fails(21322)(b.exchange(DefaultKey, DefaultSecret, code, "https://elsewhere.example/"))
	b.fails(21328)(b.post("/oauth2/access_token", "client_id="+DefaultKey, "client_secret="+DefaultSecret, "grant_type=refresh_token"))
	b.fine(b.exchange(DefaultKey, DefaultSecret, code, back))
	status, o := b.exchange(DefaultKey, DefaultSecret, code, back) // a code works once
	b.fails(21325)(status, o)
	equal(t, "error", o["error"], any("invalid_grant"))
	equal(t, "error_uri", o["error_uri"], any("/oauth2/access_token"))
	equal(t, "error_description", o["error_description"], any("invalid authorization code:"+code))

	b.fails(21324)(b.get("/oauth2/authorize", "client_id=1", "redirect_uri="+back, "response_type=code"))
	b.fails(21322)(b.get("/oauth2/authorize", "client_id="+DefaultKey, "redirect_uri=https://elsewhere.example/", "response_type=code"))
	q := b.authorize("client_id="+DefaultKey, "redirect_uri="+back, "response_type=token")
	equal(t, "error_code", q.Get("error_code"), "21329")
	b.s.Consent(nil)
	q = b.authorize("client_id="+DefaultKey, "redirect_uri="+back, "response_type=code", "state=x")
	equal(t, "denied", q.Get("error")+" "+q.Get("error_code")+" "+q.Get("state"), "access_denied 21330 x")
}

func TestTokens(t *testing.T) {
	t.Parallel()
	c := newClock()
	b, a := start(t, Options{Clock: c.now, Level: TestApp})
	c.pass(time.Hour)
	o := b.fine(b.post("/oauth2/get_token_info"))
	if b.str(o["uid"]) != a.ID || o["appkey"] != DefaultKey || b.str(o["expire_in"]) != "82800" || b.str(o["create_at"]) != "1795255200" {
		t.Errorf("got %v", o)
	}
	c.pass(23 * time.Hour)
	b.fails(21327)(b.get("/2/account/get_uid.json"))
	b.fails(21327)(b.post("/oauth2/get_token_info"))
	b.fails(21332)(api{t, b.s, "2.00wrong"}.get("/2/account/get_uid.json"))
	b.fails(21301)(api{t, b.s, ""}.post("/2/statuses/share.json"))
	b.token = b.s.Grant(a)
	b.fine(b.get("/2/account/get_uid.json"))
	b.s.Expire(a)
	b.fails(21327)(b.get("/2/account/get_uid.json"))
	b.token = b.s.Grant(a)
	equal(t, "revoked", b.fine(b.post("/oauth2/revokeoauth2"))["result"], any("true"))
	b.fails(21332)(b.get("/2/account/get_uid.json"))
}

// spy is a test that takes note of its errors.
type spy struct {
	testing.TB
	errors int
}

func (s *spy) Errorf(string, ...any) { s.errors++ }

func TestTokensInAddressesAreRefused(t *testing.T) {
	t.Parallel()
	x := &spy{TB: t}
	s := Open(x, Options{})
	b := api{t, s, s.Account("a").Token}
	b.fails(10012)(b.get("/2/account/get_uid.json", "access_token="+b.token))
	equal(t, "errors", x.errors, 1)
	b.fails(10012)(b.get("/oauth2/authorize", "client_secret="+DefaultSecret))
	equal(t, "errors", x.errors, 2)
	b.fine(b.get("/2/account/get_uid.json"))
	equal(t, "errors", x.errors, 2)
}
