package x

import (
	"context"
	"net/http"
	"strings"

	"github.com/dghubble/oauth1"

	"magpie/internal/network"
)

// keys are the words of an account's credentials, one after the other: four (or
// five) for OAuth 1.0a, one to three for OAuth 2.
type keys struct {
	app, secret        string
	token, tokenSecret string // OAuth 1.0a only
	bearer             string // the app's own, for streams; may be left out
}

// Words explains the credentials to a person.
const Words = "four keys (OAuth 1.0a: API key, API key secret, access token, access token secret) or two (OAuth 2: " +
	"client id, client secret) " +
	"in one line, separated by spaces; after the two, if you have it, the app's bearer token"

func parse(s network.Secret) (k keys, err error) {
	w := strings.Fields(s.Reveal())
	switch len(w) {
	case 1:
		if strings.HasPrefix(w[0], "AAAAAAAAAAAAAAAAAAAA") {
			return k, network.Fail(network.SignedOut, "that is the app's bearer token, which can only read: the credentials for X are: "+Words)
		}
		return keys{app: w[0]}, nil
	case 2:
		return keys{app: w[0], secret: w[1]}, nil
	case 3:
		return keys{app: w[0], secret: w[1], bearer: w[2]}, nil
	case 4:
		return keys{app: w[0], secret: w[1], token: w[2], tokenSecret: w[3]}, nil
	case 5:
		return keys{app: w[0], secret: w[1], token: w[2], tokenSecret: w[3], bearer: w[4]}, nil
	}
	return k, network.Fail(network.SignedOut, "the credentials for X are: "+Words)
}

// signing is the HTTP client that signs each request where there are keys of
// OAuth 1.0a.
func (k keys) signing(plain *http.Client) *http.Client {
	if k.token == "" || plain == nil {
		return plain
	}
	ctx := context.WithValue(context.Background(), oauth1.HTTPClient, plain)
	c := oauth1.NewConfig(k.app, k.secret).Client(ctx, oauth1.NewToken(k.token, k.tokenSecret))
	c.Timeout, c.CheckRedirect = plain.Timeout, plain.CheckRedirect
	return c
}

// all are those that must never show.
func (k keys) all() []network.Secret {
	return []network.Secret{network.Secret(k.secret), network.Secret(k.token), network.Secret(k.tokenSecret), network.Secret(k.bearer)}
}
