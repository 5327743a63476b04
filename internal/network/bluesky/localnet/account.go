package localnet

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
)

// An Account lives on the PDS of its network. Its methods speak as its owner
// does with the main password. The access token lasts two hours.
type Account struct {
	DID       string `json:"did"`
	Handle    string `json:"handle"`
	AccessJWT string `json:"accessJwt"`

	// Password is the main one, which a bot must never need.
	Password string `json:"-"`
	// AppPassword is for bots, and may read and write direct messages.
	AppPassword string `json:"-"`

	network *Network
}

// CreateAccount makes an account and an app password for it, in 0.2 seconds on
// an idle machine, and waits until the app view knows it: before that, the app
// view answers 400 to whatever asks about it. The handle must end in ".test" and have 3 to 18 characters before that.
func (n *Network) CreateAccount(ctx context.Context, handle string) (*Account, error) {
	a := &Account{Password: rand.Text(), network: n}
	wanted := map[string]string{"handle": handle, "email": handle + "@example.test", "password": a.Password}
	if err := a.Procedure(ctx, "com.atproto.server.createAccount", wanted, a); err != nil {
		return nil, err
	}
	var app struct{ Password string }
	bot := map[string]any{"name": "bot", "privileged": true}
	if err := a.Procedure(ctx, "com.atproto.server.createAppPassword", bot, &app); err != nil {
		return nil, err
	}
	a.AppPassword = app.Password
	return a, n.waitKnown(ctx, a)
}

func (n *Network) waitKnown(ctx context.Context, a *Account) error {
	return poll(ctx, func() (bool, error) {
		err := a.Query(ctx, "app.bsky.actor.getProfile", url.Values{"actor": {a.DID}}, nil)
		if unknown := (*Error)(nil); errors.As(err, &unknown) && unknown.Status == 400 {
			return false, nil
		}
		return err == nil, err
	})
}
