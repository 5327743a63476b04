package weibofake

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// code is what a person's consent is exchanged for a token with, once.
type code struct {
	user     *user
	redirect string
}

// Consent says who answers at oauth2/authorize from now on; nil denies. Without
// it, it is the account that was made last.
func (s *Server) Consent(a *Account) {
	s.do(func() {
		if s.consent = nil; a != nil {
			s.consent = a.u
		}
	})
}

// authorize is oauth2/authorize: where a person would be asked, the answer is
// there at once. What is wrong with the app is told here, the rest to the app.
func (s *Server) authorize(w http.ResponseWriter, c *call) {
	back, err := url.Parse(c.get("redirect_uri"))
	switch {
	case c.get("client_id") != s.o.AppKey:
		c.write(w, nil, denied(21324, "client_id error."))
		return
	case err != nil || !back.IsAbs() || s.o.Redirect != "" && s.o.Redirect != c.get("redirect_uri"):
		c.write(w, nil, denied(21322, "the redirect_uri is not the registered one"))
		return
	}
	query := back.Query()
	s.do(func() { s.decide(c, query) })
	back.RawQuery = query.Encode()
	http.Redirect(w, c.r, back.String(), http.StatusFound)
}

// decide adds the answer to the query of the app's address.
func (s *Server) decide(c *call, query url.Values) {
	if c.params.Has("state") {
		query.Set("state", c.get("state"))
	}
	number := 0
	switch {
	case c.get("response_type") != "code":
		number = 21329
	case s.consent == nil:
		number = 21330
	default:
		text := strings.ToLower(rand.Text())
		s.codes[text] = code{s.consent, c.get("redirect_uri")}
		query.Set("code", text)
		return
	}
	query.Set("error", words[number])
	query.Set("error_code", strconv.Itoa(number))
	query.Set("error_description", strings.ReplaceAll(words[number], "_", " "))
	query.Set("error_uri", "/oauth2/authorize")
}

// accessToken is oauth2/access_token. There is no refresh_token for web apps.
func (s *Server) accessToken(c *call) (any, error) {
	given, known := s.codes[c.get("code")]
	switch {
	case c.get("client_id") == "" || c.get("client_secret") == "":
		return nil, denied(21323, "miss client id or secret")
	case c.get("client_id") != s.o.AppKey:
		return nil, denied(21324, "client_id error.")
	case c.get("client_secret") != s.o.AppSecret:
		return nil, denied(21324, "client_secret error.")
	case c.get("grant_type") != "authorization_code":
		return nil, denied(21328, "the grant_type is not supported")
	case !known:
		return nil, denied(21325, "invalid authorization code:"+c.get("code"))
	case given.redirect != c.get("redirect_uri"):
		return nil, denied(21322, "the redirect_uri is another than the code's")
	}
	delete(s.codes, c.get("code"))
	text, t := s.grant(given.user)
	seconds := int64(t.life / time.Second)
	return object{
		"access_token": text, "remind_in": strconv.FormatInt(seconds, 10), "expires_in": seconds,
		"uid": given.user.idstr(), "isRealName": "true",
	}, nil
}
