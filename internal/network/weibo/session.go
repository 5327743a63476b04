package weibo

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"golang.org/x/oauth2"

	"magpie/internal/crash"
	"magpie/internal/network"
)

// tokens are a sign-in as it is stored. There is no refresh token: when it has
// run out, a person signs in again (open.weibo.com, OAuth2).
type tokens struct {
	Access  string `json:"access_token"`
	Lasting int64  `json:"expires_in"` // seconds from the sign-in
	UID     string `json:"uid"`
}

const signIn = "sign in with “magpie accounts login”"

// token is the access token in use.
func (c *client) token() (string, error) {
	if c.keys.token != "" {
		return c.keys.token, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tokens == nil && c.settings.Session != nil {
		saved, err := c.settings.Session.Load()
		if err != nil {
			return "", network.Fail(network.Busy, "the session can't be read: %w", err)
		}
		var t tokens
		if json.Unmarshal([]byte(saved.Reveal()), &t) == nil && t.Access != "" {
			c.tokens = &t
		}
	}
	if c.tokens == nil {
		return "", network.Fail(network.SignedOut, "not signed in yet: %s", signIn)
	}
	return c.tokens.Access, nil
}

// consent is a sign-in on Weibo's page.
type consent struct {
	c               *client
	state, redirect string
}

func grant(s network.Settings) (network.Grant, error) {
	opened, err := open(s)
	if err != nil {
		return nil, err
	}
	c := opened.(*client) //nolint:forcetypeassert // open makes no other
	if c.keys.token != "" {
		return nil, nil //nolint:nilnil // the token is all there is
	}
	return &consent{c: c, state: oauth2.GenerateVerifier()}, nil
}

// Format prints no more than what this is, however it is printed.
func (g *consent) Format(f fmt.State, _ rune) { fmt.Fprint(f, "a sign-in on Weibo") }

// Page implements network.Grant.
func (g *consent) Page(redirect string) string {
	g.redirect = redirect
	cfg := oauth2.Config{ClientID: g.c.keys.app, RedirectURL: redirect,
		Endpoint: oauth2.Endpoint{AuthURL: g.c.settings.Server + "/oauth2/authorize"}}
	return cfg.AuthCodeURL(g.state)
}

// Exchange implements network.Grant (POST /oauth2/access_token).
func (g *consent) Exchange(ctx context.Context, redirected string) error {
	code, err := network.GrantedCode("Weibo", redirected, g.state)
	if err != nil {
		return err
	}
	form := url.Values{"client_id": {g.c.keys.app}, "client_secret": {g.c.keys.secret}, "grant_type": {"authorization_code"},
		"code": {code}, "redirect_uri": {g.redirect}}
	crash.At("refreshing")
	var t tokens
	if err := g.c.send(ctx, request{method: http.MethodPost, path: "/oauth2/access_token", form: form}, &t); err != nil {
		return harmless(err)
	}
	if t.Access == "" {
		return network.Fail(network.Busy, "Weibo sent no token")
	}
	crash.At("refreshed")
	text, _ := json.Marshal(t) // strings can't fail
	if err := g.c.settings.Session.Save(network.Secret(text)); err != nil {
		return network.Fail(network.Busy, "the new session could not be stored: %w", err)
	}
	g.c.mu.Lock()
	defer g.c.mu.Unlock()
	g.c.tokens = &t
	return nil
}
