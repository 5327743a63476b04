package xfake

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The example of X's own page "Creating a signature".
func TestSignatureExample(t *testing.T) {
	r, err := http.NewRequestWithContext(t.Context(), "POST", "https://api.twitter.com/1.1/statuses/update.json?include_entities=true", nil)
	if err != nil {
		t.Fatal(err)
	}
	header := url.Values{
		"oauth_consumer_key": {"xvz1evFS4wEEPTGEFPHBog"}, "oauth_nonce": {"kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg"},
		"oauth_signature_method": {"HMAC-SHA1"}, "oauth_timestamp": {"1318622958"}, "oauth_version": {"1.0"},
		"oauth_token": {"370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb"},
	}
	form := url.Values{"status": {"Hello Ladies + Gentlemen, a signed OAuth request!"}}
	base := baseString(r, "https://api.twitter.com/1.1/statuses/update.json", header, form)
	got := signature(base, "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw", "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE")
	if got != "hCtSmYh+iHYCEqBWrE7C7hYmtUk=" {
		t.Errorf("got %s of %s", got, base)
	}
}

// sign makes the header; change is done to the parameters after signing.
func sign(r *http.Request, k Keys, at time.Time, change func(url.Values)) {
	p := url.Values{"oauth_consumer_key": {k.ConsumerKey}, "oauth_token": {k.Token}, "oauth_nonce": {rand.Text()},
		"oauth_signature_method": {"HMAC-SHA1"}, "oauth_timestamp": {strconv.FormatInt(at.Unix(), 10)}, "oauth_version": {"1.0"}}
	p.Set("oauth_signature", signature(baseString(r, "http://"+r.URL.Host+r.URL.Path, p), k.ConsumerSecret, k.TokenSecret))
	if change != nil {
		change(p)
	}
	var pairs []string
	for name := range p {
		pairs = append(pairs, percent(name)+`="`+percent(p.Get(name))+`"`)
	}
	r.Header.Set("Authorization", "OAuth "+strings.Join(pairs, ", "))
}

func TestOAuth1(t *testing.T) {
	s := Open(t, Options{Accounts: []Account{{Name: "brand"}, {Name: "other"}}})
	k := s.Keys("brand")
	if s.Keys("brand") != k || s.Keys("other").ConsumerKey != k.ConsumerKey || s.Keys("other").ConsumerSecret != k.ConsumerSecret {
		t.Error("the keys change")
	}
	anybody := client{t, s, ""}
	try := func(change func(url.Values), at time.Time) got {
		r := anybody.request("GET", "/2/users/me?user.fields=created_at,description", nil)
		sign(r, k, at, change)
		return send(t, r)
	}
	now := time.Now()
	try(nil, now).is(t, 200, `"username":"brand"`)
	for what, change := range map[string]func(url.Values){
		"signature": func(p url.Values) { p.Set("oauth_signature", "AAAA") },
		"nonce":     func(p url.Values) { p.Set("oauth_nonce", "another") },
		"token":     func(p url.Values) { p.Set("oauth_token", s.Keys("other").Token) },
		"method":    func(p url.Values) { p.Set("oauth_signature_method", "PLAINTEXT") },
	} {
		if g := try(change, now); g.Status != 401 {
			t.Errorf("a wrong %s: %d", what, g.Status)
		}
	}
	try(nil, now.Add(-time.Hour)).is(t, 401, "")
	again := anybody.request("POST", "/2/tweets", object{"text": "signed; JSON is not part of it"})
	sign(again, k, now, nil)
	send(t, again).is(t, 201, "")
	twice := anybody.request("POST", "/2/tweets", object{"text": "the same nonce"})
	twice.Header.Set("Authorization", again.Header.Get("Authorization"))
	send(t, twice).is(t, 401, "")
	stream := anybody.request("GET", "/2/activity/stream", nil)
	sign(stream, k, now, nil)
	send(t, stream).is(t, 403, "/unsupported-authentication")
}

func TestOAuth1ThroughAProxy(t *testing.T) {
	s := Open(t, Options{OAuth1Access: "read"})
	r := client{t, s, ""}.request("GET", "/2/users/me", nil)
	direct := r.URL.Host
	r.URL.Host = "127.0.0.1:9"
	sign(r, s.Keys("brand"), time.Now(), nil)
	r.URL.Host = direct
	send(t, r).is(t, 401, "")
	s.AlsoAt("http://127.0.0.1:9/")
	send(t, r).is(t, 401, "") // the nonce is used up
	r.URL.Host = "127.0.0.1:9"
	sign(r, s.Keys("brand"), time.Now(), nil)
	r.URL.Host = direct
	send(t, r).is(t, 200, "")
	write := client{t, s, ""}.request("POST", "/2/tweets", object{"text": "hi"})
	sign(write, s.Keys("brand"), time.Now(), nil)
	send(t, write).is(t, 403, "/oauth1-permissions")
}
