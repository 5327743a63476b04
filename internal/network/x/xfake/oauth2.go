package xfake

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// codeLife is how long an authorization code works (docs/networks.md, X, Sign-in).
const codeLife = 30 * time.Second

// code is an authorization code: once, for a short time.
type code struct {
	grant               grant
	redirect, challenge string
	until               time.Time
}

// SignIn says who is signed in at the consent page; at first the first account.
func (s *Server) SignIn(account string) { s.do(func() { s.login.visitor = s.account(account) }) }

// Deny says whether the person at the consent page refuses.
func (s *Server) Deny(on bool) { s.do(func() { s.login.deny = on }) }

// authorize is the consent page: it answers at once.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back := q.Get("redirect_uri")
	if q.Get("client_id") != s.options.Client.ID || !s.mayRedirect(back) {
		writeProblem(w, plain(http.StatusBadRequest, "Something went wrong: You weren't able to give access to the App."))
		return
	}
	answer := url.Values{"state": {q.Get("state")}}
	s.do(func() { s.consent(q, answer) })
	u, _ := url.Parse(back) // mayRedirect could
	all := u.Query()
	for name, values := range answer {
		all[name] = values
	}
	u.RawQuery = all.Encode()
	w.Header().Set("Location", u.String())
	w.WriteHeader(http.StatusFound)
}

func (s *Server) mayRedirect(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "" {
		return false
	}
	if len(s.options.Client.Redirects) > 0 {
		return slices.Contains(s.options.Client.Redirects, address)
	}
	return u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost"
}

func (s *Server) consent(q, answer url.Values) {
	scopes := strings.Fields(q.Get("scope"))
	unknown := slices.ContainsFunc(scopes, func(x string) bool { return !slices.Contains(Scopes, x) })
	switch {
	case q.Get("response_type") != "code" || q.Get("state") == "" || q.Get("code_challenge") == "" || q.Get("code_challenge_method") != "S256":
		answer.Set("error", "invalid_request")
	case len(scopes) == 0 || unknown:
		answer.Set("error", "invalid_scope")
	case s.login.deny:
		answer.Set("error", "access_denied")
	default:
		text := s.login.secret("code")
		s.login.codes[text] = &code{grant{account: s.login.visitor, scopes: scopes}, q.Get("redirect_uri"), q.Get("code_challenge"),
			s.now().Add(codeLife)}
		answer.Set("code", text)
	}
}

func oauthError(w http.ResponseWriter, status int, kind, text string) {
	writeJSON(w, status, object{"error": kind, "error_description": text})
}

// isClient checks who asks for tokens: by Basic, or a public client by its id.
func (s *Server) isClient(w http.ResponseWriter, r *http.Request) bool {
	c := s.options.Client
	id, secret, basic := r.BasicAuth()
	switch {
	case c.Public && r.PostForm.Get("client_id") != c.ID:
		oauthError(w, http.StatusBadRequest, "invalid_request", "Missing required parameter [client_id].")
	case !c.Public && !basic:
		oauthError(w, http.StatusUnauthorized, "unauthorized_client", "Missing valid authorization header")
	case !c.Public && (id != url.QueryEscape(c.ID) || secret != url.QueryEscape(c.Secret)):
		oauthError(w, http.StatusUnauthorized, "invalid_client", "Value passed for the authorization header was invalid.")
	default:
		return true
	}
	return false
}

// postToken is POST /2/oauth2/token.
func (s *Server) postToken(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || !s.isClient(w, r) {
		return
	}
	var g *grant
	what := "token"
	s.do(func() {
		switch f := r.PostForm; f.Get("grant_type") {
		case "authorization_code":
			what = "authorization code"
			g = s.redeem(f)
		case "refresh_token":
			if old := s.login.refresh[f.Get("refresh_token")]; old != nil {
				g = s.renew(old)
			}
		default:
			what = "grant type"
		}
	})
	if g == nil {
		oauthError(w, http.StatusBadRequest, "invalid_request", "Value passed for the "+what+" was invalid.")
		return
	}
	body := object{"token_type": "bearer", "access_token": g.access, "expires_in": int(s.options.TokenLife / time.Second),
		"scope": strings.Join(g.scopes, " ")}
	if g.refresh != "" {
		body["refresh_token"] = g.refresh
	}
	writeJSON(w, http.StatusOK, body)
}

// redeem changes a code for tokens, once.
func (s *Server) redeem(f url.Values) *grant {
	k := s.login.codes[f.Get("code")]
	delete(s.login.codes, f.Get("code"))
	sum := sha256.Sum256([]byte(f.Get("code_verifier")))
	if k == nil || !s.now().Before(k.until) || k.redirect != f.Get("redirect_uri") ||
		k.challenge != base64.RawURLEncoding.EncodeToString(sum[:]) {
		return nil
	}
	return s.renew(&k.grant)
}

// postRevoke is POST /2/oauth2/revoke.
func (s *Server) postRevoke(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || !s.isClient(w, r) {
		return
	}
	if r.PostForm.Get("token") == "" {
		oauthError(w, http.StatusBadRequest, "invalid_request", "Missing required parameter [token].")
		return
	}
	s.do(func() {
		delete(s.login.access, r.PostForm.Get("token"))
		delete(s.login.refresh, r.PostForm.Get("token"))
	})
	writeJSON(w, http.StatusOK, object{"revoked": true})
}
