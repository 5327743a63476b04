package xfake

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// skew is how far a timestamp may be off.
const skew = 5 * time.Minute

// signed checks an OAuth 1.0a request (RFC 5849, section 3.2).
func (s *Server) signed(c *call, header string) error {
	p := oauthParams(header)
	k := s.login.keys[p.Get("oauth_token")]
	if k == nil || p.Get("oauth_consumer_key") != k.ConsumerKey || p.Get("oauth_signature_method") != "HMAC-SHA1" || !s.fresh(p) {
		return unauthorized()
	}
	if v := p.Get("oauth_version"); v != "" && v != "1.0" {
		return unauthorized()
	}
	for _, base := range s.bases {
		want := signature(baseString(c.r, base+c.r.URL.EscapedPath(), p, c.form()), k.ConsumerSecret, k.TokenSecret)
		if hmac.Equal([]byte(want), []byte(p.Get("oauth_signature"))) {
			c.way, c.me = oauth1, k.account
			return nil
		}
	}
	return unauthorized()
}

// fresh tells whether the timestamp and the nonce are new (section 3.3).
func (s *Server) fresh(p url.Values) bool {
	at, err := strconv.ParseInt(p.Get("oauth_timestamp"), 10, 64)
	if err != nil || s.now().Sub(time.Unix(at, 0)).Abs() > skew {
		return false
	}
	once := strings.Join([]string{p.Get("oauth_timestamp"), p.Get("oauth_token"), p.Get("oauth_nonce")}, " ")
	if p.Get("oauth_nonce") == "" || s.login.nonces[once] {
		return false
	}
	s.login.nonces[once] = true
	return true
}

// oauthParams reads the header (section 3.5.1).
func oauthParams(header string) url.Values {
	p := url.Values{}
	for _, pair := range strings.Split(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		name, err1 := url.PathUnescape(name)
		value, err2 := url.PathUnescape(strings.Trim(value, `"`))
		if err1 == nil && err2 == nil {
			p.Add(name, value)
		}
	}
	return p
}

// form is the body where the signature covers it: only of a simple form.
func (c *call) form() url.Values {
	if c.r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		return nil
	}
	v, _ := url.ParseQuery(string(c.body)) // what can't be read is not signed
	return v
}

// baseString is what is signed (section 3.4.1).
func baseString(r *http.Request, address string, all ...url.Values) string {
	var pairs []string
	for _, values := range append(all, r.URL.Query()) {
		for name, list := range values {
			for _, value := range list {
				if name != "oauth_signature" && name != "realm" {
					pairs = append(pairs, percent(name)+"="+percent(value))
				}
			}
		}
	}
	slices.Sort(pairs)
	return r.Method + "&" + percent(address) + "&" + percent(strings.Join(pairs, "&"))
}

// percent encodes all but letters, digits and -._~ (section 3.6).
func percent(text string) string {
	return strings.NewReplacer("+", "%20", "%7E", "~", "*", "%2A").Replace(url.QueryEscape(text))
}

func signature(base, consumerSecret, tokenSecret string) string {
	mac := hmac.New(sha1.New, []byte(percent(consumerSecret)+"&"+percent(tokenSecret)))
	mac.Write([]byte(base))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
