package x

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"magpie/internal/crash"
	"magpie/internal/network"
)

// tokens are a session of OAuth 2 as it is stored.
type tokens struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	Scope   string `json:"scope"`
}

const signIn = "sign in with “magpie accounts login”"

// session returns the tokens in use: those at hand, or those stored.
func (c *client) session() (*tokens, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tokens == nil {
		c.tokens = c.stored()
	}
	if c.tokens == nil {
		return nil, network.Fail(network.SignedOut, "nobody has signed in: %s", signIn)
	}
	return c.tokens, nil
}

func (c *client) stored() *tokens {
	if c.settings.Session == nil {
		return nil
	}
	saved, err := c.settings.Session.Load()
	var t tokens
	if err != nil || json.Unmarshal([]byte(saved.Reveal()), &t) != nil || t.Access == "" {
		return nil
	}
	return &t
}

// refresh replaces the tokens old, once for all that ask and for all processes:
// a refresh token works once (X documentation, OAuth 2.0).
func (c *client) refresh(ctx context.Context, old *tokens) (*tokens, error) {
	c.signing.Lock()
	defer c.signing.Unlock()
	if t, err := c.session(); err == nil && t.Access != old.Access {
		return t, nil
	}
	if old.Refresh == "" || c.settings.Session == nil {
		return nil, network.Fail(network.SignedOut, "the session has ended: %s", signIn)
	}
	var t *tokens
	err := c.settings.Session.Alone(ctx, func() (err error) {
		if t = c.stored(); t != nil && t.Access != old.Access {
			c.use(t) // another process was quicker
			return nil
		}
		t, err = c.exchange(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {old.Refresh}}, old)
		return err
	})
	return t, err
}

func (c *client) use(t *tokens) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tokens != nil {
		c.past = append(c.past, network.Secret(c.tokens.Access), network.Secret(c.tokens.Refresh))
		c.past = c.past[max(len(c.past)-20, 0):]
	}
	c.tokens = t
}

// exchange gets tokens and stores them before they are used (POST
// /2/oauth2/token). Empty ones never replace those at hand.
func (c *client) exchange(ctx context.Context, form url.Values, old *tokens) (*tokens, error) {
	r, err := c.tokenRequest(ctx, form)
	if err != nil {
		return nil, err
	}
	crash.At("refreshing")
	a, err := network.Do(c.settings.HTTP, r)
	if err != nil {
		return nil, network.Fail(network.Busy, "%w", err)
	}
	if a.Status != http.StatusOK {
		return nil, c.tokenFailure(r, a)
	}
	var t tokens
	if json.Unmarshal(a.Body, &t) != nil || t.Access == "" {
		return nil, network.Fail(network.Busy, "X sent no tokens")
	}
	if t.Refresh == "" && old != nil {
		t.Refresh = old.Refresh
	}
	crash.At("refreshed")
	return &t, c.keep(&t)
}

func (c *client) keep(t *tokens) error {
	text, _ := json.Marshal(t) // strings can't fail
	if err := c.settings.Session.Save(network.Secret(text)); err != nil {
		return network.Fail(network.Busy, "the new session could not be stored: %w", err)
	}
	c.use(t)
	return nil
}

// tokenRequest is a call to the token endpoint: confidential clients sign with
// their secret, public ones say their id.
func (c *client) tokenRequest(ctx context.Context, form url.Values) (*http.Request, error) {
	if c.keys.secret == "" {
		form.Set("client_id", c.keys.app)
	}
	r, err := network.Request(ctx, http.MethodPost, c.settings.Server+"/2/oauth2/token", []byte(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if c.keys.secret != "" {
		r.SetBasicAuth(url.QueryEscape(c.keys.app), url.QueryEscape(c.keys.secret))
	}
	return r, nil
}

func (c *client) tokenFailure(r *http.Request, a *network.Answer) error {
	var e struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	_ = json.Unmarshal(a.Body, &e) // a proxy's page says nothing
	switch {
	case a.Status == http.StatusTooManyRequests:
		return busy(a, "X lets nobody sign in just now")
	case a.Status >= 500:
		return network.Fail(network.Busy, "X answered %d to the exchange of tokens", a.Status)
	case e.Error == "invalid_client" || e.Error == "unauthorized_client":
		return network.Fail(network.SignedOut, "X does not accept the app's keys (%s): %s", c.quote(r, e.Error), Words)
	}
	return network.Fail(network.SignedOut, "the session can't be renewed (%s): %s", c.quote(r, strings.TrimSpace(e.Error+" "+e.Description)), signIn)
}
