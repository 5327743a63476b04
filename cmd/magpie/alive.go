package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"magpie/cmd/magpie/console"

	"github.com/urfave/cli/v2"
)

// alive asks the bot that runs on this machine whether anything is stuck: for supervisors
// that run a command. Where it answers stands in the database, unless --listen says it.
func alive(c *cli.Context) error {
	places := []string{c.String("listen")}
	if !c.IsSet("listen") {
		var err error
		if places, err = neighbours(c); err != nil {
			return err
		}
	}
	for _, place := range places {
		if err := ask(c, place); err != nil {
			return err
		}
	}
	fmt.Fprintln(c.App.Writer, "The bot runs, and nothing is stuck.")
	return nil
}

// neighbours are where the bots of this workspace answer that run on this machine.
func neighbours(c *cli.Context) (places []string, err error) {
	b, err := console.OpenToLook(c)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	all, err := b.Neighbours(c.Context)
	if err == nil && len(all) == 0 {
		err = console.Failed("no bot of this workspace runs on this machine")
	}
	for _, m := range all {
		if m.Address == "" {
			err = errors.Join(err, console.Failed("a bot runs here and does not say how it is (--listen "+
				"off): ask with magpie doctor"))
			continue
		}
		places = append(places, m.Address)
	}
	return places, err
}

func ask(c *cli.Context, place string) error {
	host, port, err := net.SplitHostPort(strings.TrimPrefix(place, "http://"))
	if err != nil {
		return console.Usage("--listen %s: write HOST:PORT", place)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(c.Context, 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/healthz", http.NoBody)
	if err != nil {
		return console.Usage("--listen %s: write HOST:PORT", place)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return console.Failed("no bot answers at %s", net.JoinHostPort(host, port))
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return console.Failed("the bot runs, and something is stuck: magpie doctor")
	}
	return nil
}
