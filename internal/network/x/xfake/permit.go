package xfake

import (
	"net/http"
	"slices"
	"strings"
)

// authenticate finds out who calls.
func (s *Server) authenticate(c *call) error {
	header := c.r.Header.Get("Authorization")
	scheme, token, _ := strings.Cut(header, " ")
	switch {
	case strings.EqualFold(scheme, "OAuth"):
		return s.signed(c, token)
	case !strings.EqualFold(scheme, "Bearer") || token == "":
		return unauthorized()
	case token == s.login.app:
		c.way = app
		return nil
	}
	g := s.login.access[token]
	if g == nil || !s.now().Before(g.expires) {
		return unauthorized()
	}
	c.way, c.me, c.scopes = oauth2, g.account, g.scopes
	return nil
}

var wayNames = map[way]string{oauth1: "OAuth 1.0a User Context", oauth2: "OAuth 2.0 User Context", app: "OAuth 2.0 Application-Only"}

// permit says whether these credentials may do that.
func (s *Server) permit(c *call) error {
	if c.way&c.route.ways == 0 {
		var names []string
		for _, w := range []way{oauth1, oauth2, app} {
			if c.route.ways&w != 0 {
				names = append(names, wayNames[w])
			}
		}
		return typed(http.StatusForbidden, "unsupported-authentication", "Unsupported Authentication", "Authenticating with "+wayNames[c.way]+
			" is forbidden for this endpoint.  Supported authentication types are ["+strings.Join(names, ", ")+"].")
	}
	if detail := s.login.limits[c.me]; c.me != nil && detail != "" {
		return forbidden(detail)
	}
	if c.way == oauth1 {
		return s.permitKeys(c.route.needs)
	}
	return s.hasScopes(c, c.route.scopes)
}

func (s *Server) hasScopes(c *call, scopes string) error {
	for _, each := range strings.Fields(scopes) {
		if c.way != oauth2 || slices.Contains(c.scopes, each) {
			continue
		}
		if s.options.BareDenial {
			return forbidden("Forbidden")
		}
		p := typed(http.StatusForbidden, "client-forbidden", "Forbidden", "The token lacks the scope "+each+".")
		p.body["reason"] = "missing-scope"
		return p
	}
	return nil
}

// permitKeys says whether the app's OAuth 1.0a permission is enough.
func (s *Server) permitKeys(needs string) error {
	order := []string{"", "read", "write", "dm"}
	if slices.Index(order, s.options.OAuth1Access) < slices.Index(order, needs) {
		return typed(http.StatusForbidden, "oauth1-permissions", "Forbidden",
			"Your client app is not configured with the appropriate oauth1 app permissions for this endpoint.")
	}
	return nil
}
