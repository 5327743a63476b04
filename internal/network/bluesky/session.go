package bluesky

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"magpie/internal/crash"
	"magpie/internal/network"
)

// tokens are a session as it is stored.
type tokens struct {
	Access  string `json:"accessJwt"`
	Refresh string `json:"refreshJwt"`
	DID     string `json:"did"`
	Handle  string `json:"handle"`
	PDS     string `json:"pds"`
	DidDoc  struct {
		Service []struct {
			ID       string `json:"id"`
			Endpoint string `json:"serviceEndpoint"`
		} `json:"service"`
	} `json:"didDoc,omitzero"`
}

// session returns the tokens in use: those at hand, those stored, or new ones.
// Logins are limited to 30 in 5 minutes (Bluesky documentation, Rate limits).
func (c *client) session(ctx context.Context) (*tokens, error) {
	c.signing.Lock()
	defer c.signing.Unlock()
	if t := c.current(); t != nil {
		return t, nil
	}
	if t := c.stored(); t != nil {
		return t, nil
	}
	return c.login(ctx)
}

func (c *client) current() *tokens {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tokens
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
	if c.settings.Secret != "" && !strings.EqualFold(t.Handle, c.settings.Handle) {
		return nil // of the account that had this name before
	}
	c.use(&t)
	return &t
}

func (c *client) use(t *tokens) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tokens = t
}

func (c *client) login(ctx context.Context) (*tokens, error) {
	if c.settings.Secret == "" {
		return nil, network.Fail(network.SignedOut, "not signed in: %s", sessionFail)
	}
	body, _ := json.Marshal(map[string]string{ // strings can't fail
		"identifier": c.settings.Handle, "password": c.settings.Secret.Reveal()})
	return c.obtain(ctx, c.settings.Server, "com.atproto.server.createSession", "", body)
}

// refresh replaces the tokens old. Whoever comes second finds it done. A
// refresh token that is dead leads back to the app password.
func (c *client) refresh(ctx context.Context, old *tokens) (*tokens, error) {
	c.signing.Lock()
	defer c.signing.Unlock()
	if t := c.current(); t != nil && t.Access != old.Access {
		return t, nil
	}
	if c.settings.Session == nil {
		return c.exchange(ctx, old)
	}
	var t *tokens
	err := c.settings.Session.Alone(ctx, func() (err error) {
		if t = c.stored(); t != nil && t.Access != old.Access {
			return nil // another process was quicker
		}
		t, err = c.exchange(ctx, old)
		return err
	})
	return t, err
}

// exchange gets new tokens for old ones.
func (c *client) exchange(ctx context.Context, old *tokens) (*tokens, error) {
	t, err := c.obtain(ctx, old.PDS, "com.atproto.server.refreshSession", old.Refresh, nil)
	if err != nil && network.ReasonOf(err) == network.SignedOut && c.settings.Secret != "" {
		return c.login(ctx)
	}
	return t, err
}

// obtain asks for tokens and stores them before they are used. Empty ones
// never replace those at hand.
func (c *client) obtain(ctx context.Context, server, nsid, bearer string, body []byte) (*tokens, error) {
	r, err := network.Request(ctx, http.MethodPost, server+"/xrpc/"+nsid, body)
	if err != nil {
		return nil, err
	}
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	crash.At("refreshing")
	var t tokens
	if err := harmless(c.send(r, &t)); err != nil {
		return nil, err
	}
	if t.Access == "" || t.Refresh == "" || t.DID == "" {
		return nil, network.Fail(network.Busy, "%s sent no tokens", r.URL.Host)
	}
	t.PDS = c.pds(t)
	crash.At("refreshed")
	return &t, c.save(&t)
}

func (c *client) save(t *tokens) error {
	if c.settings.Session != nil {
		kept := *t
		kept.DidDoc.Service = nil
		text, _ := json.Marshal(kept) // strings can't fail
		if err := c.settings.Session.Save(network.Secret(text)); err != nil {
			return network.Fail(network.Busy, "the new session could not be stored: %w", err)
		}
	}
	c.use(t)
	return nil
}

// pds is the account's own server. The entryway names it; any other server
// is taken to be it.
func (c *client) pds(t tokens) string {
	if c.settings.Server != entryway {
		return c.settings.Server
	}
	for _, s := range t.DidDoc.Service {
		if s.ID == "#atproto_pds" || s.ID == t.DID+"#atproto_pds" {
			return s.Endpoint
		}
	}
	return c.settings.Server
}
