package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
)

// alive asks the bot that runs on this machine whether anything is stuck: for supervisors
// that run a command.
func alive(c *cli.Context) error {
	host, port, err := net.SplitHostPort(strings.TrimPrefix(c.String("listen"), "http://"))
	if err != nil {
		return usage("--listen %s: write HOST:PORT", c.String("listen"))
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(c.Context, 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/healthz", http.NoBody)
	if err != nil {
		return usage("--listen %s: write HOST:PORT", c.String("listen"))
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return failure{exitFailed, fmt.Errorf("no bot answers at %s", net.JoinHostPort(host, port))}
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return failure{exitFailed, errors.New("the bot runs, and something is stuck: magpie doctor")}
	}
	fmt.Fprintln(c.App.Writer, "The bot runs, and nothing is stuck.")
	return nil
}
