package records

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"magpie/cmd/magpie/console"
	"magpie/internal/bot"
	"magpie/internal/network"
	"magpie/internal/vault"
	"magpie/internal/workspace"
)

const (
	callback = "http://127.0.0.1:8471/callback" // where a network sends a person who has said yes
	patience = 10 * time.Minute                 // for that person
)

func login(c *cli.Context) error {
	name, err := console.Arg(c, 0, "the account")
	if err != nil {
		return err
	}
	if err := console.NoMore(c, 1); err != nil {
		return console.Usage("do not give the token as an argument, where others could see it: run “magpie accounts login %s” and type it", name)
	}
	b, err := console.Open(c)
	if err != nil {
		return err
	}
	defer b.Close()
	a := b.Set().Accounts[name]
	if a == nil {
		return console.UnknownName("account", name, b.Set().Accounts)
	}
	accepted, err := keyFor(c, b)
	if err != nil {
		return err
	}
	token, err := readToken(c, a)
	if err != nil {
		return err
	}
	self, err := b.Accounts.Login(c.Context, a, token, func(g network.Grant) error { return consent(c, g) }, accepted)
	if err != nil {
		if c.Err() != nil {
			return errors.New("the sign-in was ended; nothing was stored")
		}
		if errors.Is(err, errTooSlow) {
			return console.Refused(err)
		}
		return console.Refused(fmt.Errorf("%s does not accept that: %w; nothing was stored", a.Network, err))
	}
	fmt.Fprintf(c.App.Writer, "%s is @%s%s. The token is stored, encrypted.\n", name, self.Handle, botNote(self))
	if a.Credentials != nil && a.Credentials.Kind != "stored" {
		fmt.Fprintf(c.App.Writer, "Note: accounts/%s.yaml says “credentials: %s:%s”; write “credentials: stored” for the "+
			"stored one to be used.\n", name, a.Credentials.Kind, a.Credentials.Name)
	}
	return nil
}

// keyFor fails where the key of the stored tokens is not here; with --new-key it returns
// what begins with a new one, once the network has accepted the token.
func keyFor(c *cli.Context, b *bot.Bot) (accepted func() error, err error) {
	var lost *vault.Lost
	err = b.Vault.Usable(c.Context)
	switch {
	case !c.Bool("new-key"):
		return nil, err
	case err == nil:
		return nil, console.Usage("the stored tokens can be read with the key that is here: --new-key is for a key that is lost")
	case !errors.As(err, &lost):
		return nil, err // the key may be good
	}
	return func() error { return newKey(c, b) }, nil
}

// newKey gives up the stored tokens whose key is lost.
func newKey(c *cli.Context, b *bot.Bot) error {
	aside, err := b.Vault.Renew(c.Context)
	if err != nil {
		return err
	}
	if aside != "" {
		fmt.Fprintf(c.App.Writer, "The key file that was here is kept as %s.\n", aside)
	}
	fmt.Fprintln(c.App.Writer, "All stored tokens are forgotten: sign in again with every account that says “credentials: stored”.")
	return nil
}

func readToken(c *cli.Context, a *workspace.Account) (network.Secret, error) {
	var text string
	if f, ok := c.App.Reader.(*os.File); ok && console.Terminal(f) {
		fmt.Fprintf(c.App.Writer, "%s: ", a.Kind.Credentials)
		b, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(c.App.Writer)
		if err != nil {
			return "", errors.New("the token could not be read")
		}
		text = string(b)
	} else {
		line, err := console.ReadLine(c)
		if err != nil {
			return "", err
		}
		text = line
	}
	if text = strings.TrimSpace(text); text == "" {
		return "", console.Usage("no token was given; nothing was stored")
	}
	return network.Secret(text), nil
}

// errTooSlow is why a sign-in ends by itself.
var errTooSlow = fmt.Errorf("nobody approved the access on the network's page within %d minutes: "+
	"the sign-in has ended, nothing was stored; start it again", patience/time.Minute)

// consent leads a person through the network's page. The network sends them back
// to us where the redirect is an address of this machine; otherwise they copy
// the address that they were sent to.
func consent(c *cli.Context, g network.Grant) error {
	redirect := c.String("redirect")
	u, err := url.Parse(redirect)
	if err != nil || u.Host == "" {
		return console.Usage("--redirect %q is not an address", redirect)
	}
	page := g.Page(redirect)
	if host := u.Hostname(); host != "127.0.0.1" && host != "localhost" || u.Scheme != "http" {
		fmt.Fprintf(c.App.Writer,
			"Open this page, approve the access, and paste the address that you are then sent to, within %d minutes:\n\n  %s\n\n",
			patience/time.Minute, page)
		line, err := console.ReadLineWithin(c, errTooSlow, patience)
		if err != nil {
			return err
		}
		return g.Exchange(c.Context, line)
	}
	l, err := (&net.ListenConfig{}).Listen(c.Context, "tcp", u.Host)
	if err != nil {
		return fmt.Errorf("can't listen on %s, to which the network sends you back: is another sign-in still running? (choose another "+
			"address with --redirect)", u.Host)
	}
	fmt.Fprintf(c.App.Writer,
		"Open this page in a browser on this machine and approve the access:\n\n  %s\n\nWaiting for you at %s, for %d minutes …\n", page,
		redirect, patience/time.Minute)
	return await(c.Context, l, u.Path, func(ctx context.Context, address string) error { return g.Exchange(ctx, address) })
}

// await serves the callback until the network's page has sent a person there: the
// code in its address works once. What else asks is sent away.
func await(ctx context.Context, l net.Listener, path string, exchange func(context.Context, string) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if path == "" {
		path = "/"
	}
	done := make(chan error, 1)
	var turn sync.Mutex
	over := false
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != path || r.URL.RawQuery == "" {
			http.NotFound(w, r)
			return
		}
		turn.Lock()
		defer turn.Unlock()
		if over {
			fmt.Fprintln(w, "This sign-in has already ended. You can close this page.")
			return
		}
		err := exchange(ctx, r.URL.String())
		if errors.Is(err, network.ErrNotOurs) { // any page can ask for this address
			http.NotFound(w, r)
			return
		}
		over = true
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprintln(w, "The sign-in failed. The terminal shows why.")
		} else {
			fmt.Fprintln(w, "Signed in. You can close this page.")
		}
		select {
		case done <- err:
		default:
		}
	})}
	go func() { _ = server.Serve(l) }()
	defer func() {
		last, stop := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer stop()
		_ = server.Shutdown(last)
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		if err := context.Cause(ctx); errors.Is(err, context.Canceled) {
			return err
		}
		return errTooSlow
	}
}
