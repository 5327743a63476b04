package xfake

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

const back = "http://127.0.0.1:1/back"

// consent opens the consent page and answers where it leads.
func consent(t *testing.T, s *Server, change url.Values) url.Values {
	t.Helper()
	sum := sha256.Sum256([]byte("verifier-verifier-verifier-verifier-verifier"))
	q := url.Values{"response_type": {"code"}, "client_id": {s.Client().ID}, "redirect_uri": {back},
		"scope": {"tweet.read users.read offline.access"},
		"state": {"state 1"}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}}
	for name, values := range change {
		q[name] = values
	}
	g := client{t, s, ""}.get("/i/oauth2/authorize?" + q.Encode())
	if g.Status != 302 {
		return nil
	}
	u, err := url.Parse(g.Header.Get("Location"))
	if err != nil || !strings.HasPrefix(u.String(), back) || u.Query().Get("state") != q.Get("state") {
		t.Fatalf("redirected to %v, %v", u, err)
	}
	return u.Query()
}

// token asks for tokens.
func askToken(t *testing.T, s *Server, path string, form url.Values, basic string) got {
	t.Helper()
	q := client{t, s, ""}.request("POST", path, nil)
	q2, err := http.NewRequestWithContext(t.Context(), "POST", q.URL.String(), strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	q2.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if basic != "" {
		q2.Header.Set("Authorization", basic)
	}
	return send(t, q2)
}

func redeem(code string) url.Values {
	return url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {back},
		"code_verifier": {"verifier-verifier-verifier-verifier-verifier"}}
}

const badToken = `{"error":"invalid_request","error_description":"Value passed for the token was invalid."}`

func TestConsentAndRotation(t *testing.T) {
	k := newClock()
	s := Open(t, Options{Clock: k.now, Accounts: []Account{{Name: "one"}, {Name: "two"}}})
	s.SignIn("two")
	code := consent(t, s, nil).Get("code")
	basic := s.Client().Basic()
	g := askToken(t, s, "/2/oauth2/token", redeem(code), basic).is(t, 200, `"token_type":"bearer"`)
	equal(t, "expires_in", g.at("expires_in"), 7200)
	equal(t, "scope", g.at("scope"), "tweet.read users.read offline.access")
	client{t, s, g.str("access_token")}.get("/2/users/me").is(t, 200, `"username":"two"`)
	askToken(t, s, "/2/oauth2/token", redeem(code), basic).is(t, 400, "invalid_request") // a code works once

	refresh := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {g.str("refresh_token")}}
	next := askToken(t, s, "/2/oauth2/token", refresh, basic).is(t, 200, "access_token")
	if next.str("refresh_token") == g.str("refresh_token") || next.str("access_token") == g.str("access_token") {
		t.Error("nothing rotated")
	}
	if old := askToken(t, s, "/2/oauth2/token", refresh, basic).is(t, 400, ""); old.Text != badToken {
		t.Errorf("an old refresh token: %s", old.Text)
	}
	me := client{t, s, next.str("access_token")}
	k.pass(2*time.Hour - time.Second)
	me.get("/2/users/me").is(t, 200, "")
	k.pass(time.Second)
	me.get("/2/users/me").is(t, 401, `"title":"Unauthorized"`)

	askToken(t, s, "/2/oauth2/revoke", url.Values{"token": {next.str("refresh_token")}}, basic).is(t, 200, `"revoked":true`)
	askToken(t, s, "/2/oauth2/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {next.str("refresh_token")}},
		basic).is(t, 400, badToken)
	for _, secret := range []string{code, next.str("access_token"), next.str("refresh_token"), s.Client().Secret, s.AppToken()} {
		if !slices.Contains(s.Secrets(), secret) {
			t.Errorf("%s is no secret", secret)
		}
	}
}

func TestConsentRefuses(t *testing.T) {
	k := newClock()
	s := Open(t, Options{Clock: k.now, Client: Client{Redirects: []string{back}}})
	for what, change := range map[string]url.Values{
		"invalid_scope":   {"scope": {"tweet.read everything"}},
		"invalid_request": {"code_challenge_method": {"plain"}},
	} {
		if q := consent(t, s, change); q.Get("error") != what || q.Get("code") != "" {
			t.Errorf("%s: got %v", what, q)
		}
	}
	for _, change := range []url.Values{{"client_id": {"other"}}, {"redirect_uri": {"http://127.0.0.1:2/back"}}} {
		if q := consent(t, s, change); q != nil {
			t.Errorf("%v: redirected with %v", change, q)
		}
	}
	s.Deny(true)
	equal(t, "denied", consent(t, s, nil).Get("error"), "access_denied")
	s.Deny(false)

	late := consent(t, s, nil).Get("code")
	k.pass(codeLife)
	askToken(t, s, "/2/oauth2/token", redeem(late), s.Client().Basic()).is(t, 400, "invalid_request")
	wrong := redeem(consent(t, s, nil).Get("code"))
	wrong.Set("code_verifier", "another-verifier")
	askToken(t, s, "/2/oauth2/token", wrong, s.Client().Basic()).is(t, 400, "invalid_request")
	form := redeem(consent(t, s, nil).Get("code"))
	askToken(t, s, "/2/oauth2/token", form, "").is(t, 401, "unauthorized_client")
	askToken(t, s, "/2/oauth2/token", form, Client{ID: "x", Secret: "y"}.Basic()).is(t, 401, "invalid_client")
	askToken(t, s, "/2/oauth2/token", form, s.Client().Basic()).is(t, 200, "")
}

func TestPublicClient(t *testing.T) {
	s := Open(t, Options{Client: Client{Public: true}})
	form := redeem(consent(t, s, url.Values{"scope": {"tweet.read"}}).Get("code"))
	askToken(t, s, "/2/oauth2/token", form, "").is(t, 400, "client_id")
	form.Set("client_id", s.Client().ID)
	if g := askToken(t, s, "/2/oauth2/token", form, "").is(t, 200, ""); g.at("refresh_token") != nil {
		t.Error("a refresh token without offline.access")
	}
}

func TestScopesAndWays(t *testing.T) {
	s := Open(t, Options{})
	as(t, s, "brand", "tweet.read", "users.read").say("hi").is(t, 403, "/client-forbidden")
	as(t, s, "brand", "tweet.read", "tweet.write", "users.read").say("hi").is(t, 201, "")
	app := client{t, s, s.AppToken()}
	app.get("/2/users/me").is(t, 403, "/unsupported-authentication")
	app.get("/2/users/by/username/BRAND").is(t, 200, s.ID("brand"))
	as(t, s, "brand").get("/2/usage/tweets").is(t, 403, "OAuth 2.0 Application-Only")
	app.get("/2/usage/tweets").is(t, 200, `"project_usage":"0"`)
	client{t, s, "nonsense"}.get("/2/users/me").is(t, 401, "Unauthorized")
	as(t, s, "brand").post("/2/users/"+s.ID("brand")+"/likes", object{"tweet_id": "1"}).is(t, 403, "/client-forbidden")

	bare := Open(t, Options{BareDenial: true})
	as(t, bare, "brand", "tweet.read").say("hi").is(t, 403, `"type":"about:blank"`)
}

func TestExpireRevokeRestrict(t *testing.T) {
	s := Open(t, Options{})
	tokens := s.Tokens("brand")
	me := client{t, s, tokens.Access}
	s.Restrict("brand", "Your account is suspended and is not permitted to access this feature.")
	me.get("/2/users/me").is(t, 403, "suspended")
	s.Restrict("brand", "")
	me.get("/2/users/me").is(t, 200, "")
	s.Expire("brand")
	me.get("/2/users/me").is(t, 401, "")
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens.Refresh}}
	fresh := askToken(t, s, "/2/oauth2/token", form, s.Client().Basic()).is(t, 200, "")
	s.Revoke("brand")
	client{t, s, fresh.str("access_token")}.get("/2/users/me").is(t, 401, "")
	form.Set("refresh_token", fresh.str("refresh_token"))
	askToken(t, s, "/2/oauth2/token", form, s.Client().Basic()).is(t, 400, badToken)
}
