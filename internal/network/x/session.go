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
	t := c.tokens
	c.mu.Unlock()
	if t != nil {
		return t, nil
	}
	t, err := c.stored()
	if err == nil && t == nil {
		err = network.Fail(network.SignedOut, "not signed in yet: %s", signIn)
	}
	if err == nil {
		c.use(t)
	}
	return t, err
}

// stored are the tokens that were saved last; nil if there are none.
func (c *client) stored() (*tokens, error) {
	if c.settings.Session == nil {
		return nil, nil //nolint:nilnil // none is no error
	}
	saved, err := c.settings.Session.Load()
	if err != nil {
		return nil, network.Fail(network.Busy, "the session can't be read: %w", err)
	}
	var t tokens
	if json.Unmarshal([]byte(saved.Reveal()), &t) != nil || t.Access == "" {
		return nil, nil //nolint:nilnil // the same
	}
	return &t, nil
}

// refresh replaces the tokens old, once for all that ask and for all processes:
// a refresh token works once (X documentation, OAuth 2.0). It goes on though
// the caller gives up: what X has sent must be stored.
func (c *client) refresh(ctx context.Context, old *tokens) (*tokens, error) {
	if c.settings.Session == nil {
		return nil, network.Fail(network.SignedOut, "the session has ended: %s", signIn)
	}
	ctx = context.WithoutCancel(ctx)
	c.signing.Lock()
	defer c.signing.Unlock()
	if t, err := c.session(); err == nil && t.Access != old.Access {
		return t, nil
	}
	var t *tokens
	err := c.settings.Session.Alone(ctx, func() (err error) {
		if t, err = c.newer(old); err != nil || t != nil {
			return err
		}
		if old.Refresh == "" {
			return network.Fail(network.SignedOut, "the session has ended: %s", signIn)
		}
		t, err = c.exchange(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {old.Refresh}}, old)
		return err
	})
	return t, err
}

// newer are tokens that are not the old ones: those of another process that was
// quicker, or those that could not be stored when they came. nil if there are
// none.
func (c *client) newer(old *tokens) (*tokens, error) {
	t, err := c.stored()
	if err != nil {
		return nil, err
	}
	if t != nil && t.Access != old.Access {
		c.unsaved = nil // older than these
		c.use(t)
		return t, nil
	}
	if c.unsaved != nil {
		t = c.unsaved
		return t, c.keep(t)
	}
	return nil, nil //nolint:nilnil // none is no error
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
	if err := c.keep(&t); err != nil {
		return nil, err
	}
	return &t, nil
}

// keep stores tokens, and then uses them. Those that can't be stored are not used,
// but not forgotten: X has given them for the old ones, which are dead.
func (c *client) keep(t *tokens) error {
	if c.settings.Session == nil {
		return network.Fail(network.Refused, "the session can't be stored anywhere")
	}
	text, _ := json.Marshal(t) // strings can't fail
	if err := c.settings.Session.Save(network.Secret(text)); err != nil {
		c.unsaved = t
		return network.Fail(network.Busy, "the new session could not be stored: %w", err)
	}
	c.unsaved = nil
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
		return busy(a, "X accepts no sign-ins at the moment")
	case e.Error == "" || a.Status >= 500 || e.Error == "temporarily_unavailable" || e.Error == "server_error":
		return network.Fail(network.Busy, "X answered %d when the tokens were refreshed", a.Status)
	case e.Error == "invalid_client" || e.Error == "unauthorized_client":
		return network.Fail(network.SignedOut, "X does not accept the app's keys (%s): %s", c.quote(r, e.Error), Words)
	}
	return network.Fail(network.SignedOut, "the session can't be renewed (%s): %s",
		c.quote(r, strings.TrimSpace(e.Error+" "+e.Description)), signIn)
}
