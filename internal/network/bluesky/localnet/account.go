package localnet

import (
	"context"
	"crypto/rand"
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

// CreateAccount makes an account and an app password for it, in 0.2 seconds.
// The handle must end in ".test" and have 3 to 18 characters before that.
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
	return a, nil
}
