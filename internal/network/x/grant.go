package x

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/oauth2"

	"magpie/internal/network"
)

// scopes are what the connector needs (X documentation, OAuth 2.0 scopes).
var scopes = []string{"tweet.read", "tweet.write", "users.read", "media.write", "dm.read", "dm.write", "follows.read", "offline.access"}

// consent is a sign-in with OAuth 2 and PKCE.
type consent struct {
	c               *client
	state, verifier string
	redirect        string
}

func grant(s network.Settings) (network.Grant, error) {
	opened, err := open(s)
	if err != nil {
		return nil, err
	}
	c := opened.(*client) //nolint:forcetypeassert // open makes no other
	if c.keys.token != "" {
		return nil, nil //nolint:nilnil // OAuth 1.0a: the keys are all there is
	}
	return &consent{c: c, state: oauth2.GenerateVerifier(), verifier: oauth2.GenerateVerifier()}, nil
}

// Format prints no more than what this is, however it is printed.
func (g *consent) Format(f fmt.State, _ rune) { fmt.Fprint(f, "a sign-in on X") }

// Page implements network.Grant.
func (g *consent) Page(redirect string) string {
	g.redirect = redirect
	page := "https://x.com"
	if g.c.settings.Server != server {
		page = g.c.settings.Server
	}
	cfg := oauth2.Config{ClientID: g.c.keys.app, RedirectURL: redirect, Scopes: scopes,
		Endpoint: oauth2.Endpoint{AuthURL: page + "/i/oauth2/authorize"}}
	return cfg.AuthCodeURL(g.state, oauth2.S256ChallengeOption(g.verifier))
}

// Exchange implements network.Grant. The code lives 30 seconds.
func (g *consent) Exchange(ctx context.Context, redirected string) error {
	code, err := network.GrantedCode("X", redirected, g.state)
	if err != nil {
		return err
	}
	t, err := g.c.exchange(ctx, url.Values{"grant_type": {"authorization_code"}, "code": {code},
		"redirect_uri": {g.redirect}, "code_verifier": {g.verifier}}, nil)
	if err != nil {
		return err
	}
	return t.enough()
}

// enough tells whether a sign-in covers what the connector does: it would fail
// later, in the midst of work.
func (t *tokens) enough() error {
	has := strings.Fields(t.Scope)
	for _, s := range scopes {
		if t.Scope != "" && !slices.Contains(has, s) {
			return network.Fail(network.Refused, "X did not grant %s: set the app's permissions to “Read and write and Direct "+
				"message”, and approve all of them", s)
		}
	}
	if t.Refresh == "" {
		return network.Fail(network.Refused, "X did not grant offline.access: the sign-in would end after two hours")
	}
	return nil
}
