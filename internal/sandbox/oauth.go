package sandbox

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// oauth is what the server knows of apps and tokens.
type oauth struct {
	apps   map[string]*app // by client id
	codes  map[string]code
	tokens map[string]token
}

type app struct {
	id, secret, name string
	redirects        []string
	scopes           []string
}

// token lets its holder act for account; for an app alone account is nil.
type token struct {
	account *account
	app     *app
	scopes  []string
}

// code is an authorization code: once, for ten minutes.
type code struct {
	token               token
	redirect, challenge string
	until               time.Time
}

const codeLife = 10 * time.Minute

// outOfBand is the redirect address that means: show the code.
const outOfBand = "urn:ietf:wg:oauth:2.0:oob"

var allScopes = []string{
	"read", "write", "follow", "push", "profile", "read:accounts", "read:blocks", "read:bookmarks", "read:favourites",
	"read:filters", "read:follows", "read:lists", "read:mutes", "read:notifications", "read:search", "read:statuses",
	"write:accounts", "write:blocks", "write:bookmarks", "write:conversations", "write:favourites", "write:filters",
	"write:follows", "write:lists", "write:media", "write:mutes", "write:notifications", "write:reports", "write:statuses",
}

func newOAuth() oauth {
	return oauth{apps: map[string]*app{}, codes: map[string]code{}, tokens: map[string]token{}}
}

// allows tells whether the scopes contain the one wanted, or its first part.
func (t token) allows(wanted string) bool {
	if wanted == "" || slices.Contains(t.scopes, wanted) {
		return true
	}
	family, part, _ := strings.Cut(wanted, ":")
	if slices.Contains([]string{"follows", "blocks", "mutes"}, part) && slices.Contains(t.scopes, "follow") {
		return true
	}
	return slices.Contains(t.scopes, family) || (wanted == "read:accounts" && slices.Contains(t.scopes, "profile"))
}

// RevokeTokens makes all tokens of an account bad from now on, as when its
// owner withdraws them.
func (s *Server) RevokeTokens(account string) {
	s.do(func() {
		a := s.find(account)
		for text, t := range s.oauth.tokens {
			if a != nil && t.account == a {
				delete(s.oauth.tokens, text)
			}
		}
	})
}

// postApp is POST /api/v1/apps.
func (s *Server) postApp(c *call) (any, error) {
	a := &app{
		id: rand.Text(), secret: rand.Text(), name: c.get("client_name"),
		redirects: append(strings.Fields(strings.Join(c.params["redirect_uris"], " ")), outOfBand),
		scopes:    strings.Fields(cmp.Or(c.get("scopes"), "read")),
	}
	if a.name == "" || len(a.redirects) == 1 && !c.params.Has("redirect_uris") {
		return nil, unprocessable("Application name can't be blank, Redirect URI can't be blank")
	}
	if !subset(a.scopes, allScopes) {
		return nil, unprocessable("Scopes doesn't match configured on the server.")
	}
	s.oauth.apps[a.id] = a
	return object{
		"id": s.world.ids.count(), "name": a.name, "website": maybe(c.get("website")), "scopes": a.scopes,
		"redirect_uris": c.params["redirect_uris"], "redirect_uri": c.get("redirect_uris"),
		"client_id": a.id, "client_secret": a.secret, "client_secret_expires_at": 0, "vapid_key": "",
	}, nil
}

func subset(part, whole []string) bool {
	return !slices.ContainsFunc(part, func(x string) bool { return !slices.Contains(whole, x) })
}

func (s *Server) verifyApp(c *call) (any, error) {
	t := s.oauth.tokens[c.token]
	if t.app == nil {
		return object{"name": "Magpie sandbox", "website": nil, "scopes": t.scopes}, nil
	}
	return object{"name": t.app.name, "website": nil, "scopes": t.app.scopes, "redirect_uris": t.app.redirects}, nil
}

// client is the app that the request proves to be.
func (s *Server) client(c *call) *app {
	id, secret := c.get("client_id"), c.get("client_secret")
	if user, password, ok := c.r.BasicAuth(); ok {
		id, secret = user, password
	}
	if a := s.oauth.apps[id]; a != nil && a.secret == secret {
		return a
	}
	return nil
}

// postToken is POST /oauth/token.
func (s *Server) postToken(c *call) (any, error) {
	a := s.client(c)
	if a == nil {
		c.status = http.StatusUnauthorized
		return oauthError("invalid_client", "Client authentication failed due to unknown client, no client authentication included, or "+
			"unsupported authentication method.")
	}
	t, problem := s.grant(c, a)
	if problem != nil {
		c.status = http.StatusBadRequest
		return problem, nil
	}
	text := rand.Text()
	s.oauth.tokens[text] = t
	return object{
		"access_token": text, "token_type": "Bearer", "scope": strings.Join(t.scopes, " "), "created_at": s.now().Unix(),
	}, nil
}

func oauthError(kind, text string) (any, error) {
	return object{"error": kind, "error_description": text}, nil
}

func (s *Server) grant(c *call, a *app) (token, object) {
	switch c.get("grant_type") {
	case "client_credentials":
		scopes := strings.Fields(cmp.Or(c.get("scope"), "read"))
		if !subset(scopes, a.scopes) {
			return token{}, object{"error": "invalid_scope", "error_description": "The requested scope is invalid, unknown, or malformed."}
		}
		return token{app: a, scopes: scopes}, nil
	case "authorization_code":
		known, ok := s.oauth.codes[c.get("code")]
		delete(s.oauth.codes, c.get("code"))
		if ok && known.token.app == a && known.redirect == c.get("redirect_uri") && s.now().Before(known.until) &&
			proves(known.challenge, c.get("code_verifier")) {
			return known.token, nil
		}
		return token{}, object{"error": "invalid_grant", "error_description": "The provided authorization grant is invalid, expired, " +
			"revoked, does not match the redirection URI used in the authorization request, or was issued to another client."}
	}
	return token{}, object{"error": "unsupported_grant_type", "error_description": "The authorization grant type is not supported by " +
		"the authorization server."}
}

// proves checks PKCE (RFC 7636) with S256.
func proves(challenge, verifier string) bool {
	sum := sha256.Sum256([]byte(verifier))
	return challenge == "" || base64.RawURLEncoding.EncodeToString(sum[:]) == challenge
}

// postRevoke is POST /oauth/revoke.
func (s *Server) postRevoke(c *call) (any, error) {
	a := s.client(c)
	t, ok := s.oauth.tokens[c.get("token")]
	if a == nil || (ok && t.app != a) {
		c.status = http.StatusForbidden
		return oauthError("unauthorized_client", "You are not authorized to revoke this token")
	}
	delete(s.oauth.tokens, c.get("token"))
	return object{}, nil
}

// withQuery adds parameters to a redirect address.
func withQuery(address string, add url.Values) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	q := u.Query()
	for key, values := range add {
		q[key] = values
	}
	u.RawQuery = q.Encode()
	return u.String()
}
