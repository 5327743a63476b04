// Package localnet runs the real Bluesky servers on loopback, for tests: PLC
// directory, PDS and AppView from their npm packages, and a stand-in for the
// chat service, which nobody publishes.
//
// It is not a fake and makes nothing easier than the public network does; nor
// is it part of the product. It needs Linux on x86-64, npm and a C++ compiler,
// and installs about 725 MB once, into the user's cache. Read this file first,
// then network.mjs.
package localnet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// A Network is one running set of servers with their own data. It may be used
// by many goroutines. The URLs have no slash at the end.
type Network struct {
	// PLC is the URL of the directory of DIDs.
	PLC string `json:"plc"`
	// PDS is the URL of the server of all accounts, the one to log in to. The
	// DID documents in its sessions name the same URL: a proxy put in front of
	// it is left behind by a client that follows them.
	PDS string `json:"pds"`
	// AppView is the URL of the view over all records; the PDS forwards to it.
	AppView string `json:"appview"`
	// ChatDID names the chat service: its calls go to the PDS with the header
	// "atproto-proxy: ChatDID#bsky_chat".
	ChatDID string `json:"chatDid"`
	// ChatControl is the URL that changes how the chat service behaves.
	ChatControl string `json:"chatControl"`
	// RateLimitBypassKey, sent as "x-ratelimit-bypass", makes a call not count.
	// Limits are off unless MAGPIE_LOCALNET_RATE_LIMITS=1 is set at the start.
	RateLimitBypassKey string `json:"rateLimitBypassKey"`

	folder string
	stdin  io.Closer
	ended  chan struct{}
	client http.Client
	once   sync.Once
	cmd    *exec.Cmd
	log    tail
}

// Attempts at starting: dev-env picks free ports and opens them seconds later,
// when another process may have taken one.
const attempts = 3

// Start installs the servers if they are missing, starts them and waits until
// they answer: some 6 seconds, or two minutes the first time. The context
// bounds the start, not the life of the network. The caller closes it; when the
// calling process dies, the servers end by themselves.
func Start(ctx context.Context) (*Network, error) {
	modules, err := install(ctx, os.Stderr)
	if err != nil {
		return nil, fmt.Errorf("localnet: %w", err)
	}
	for range attempts {
		var n *Network
		if n, err = launch(ctx, modules); err == nil {
			return n, nil
		}
		if !strings.Contains(err.Error(), "EADDRINUSE") {
			break
		}
	}
	return nil, fmt.Errorf("localnet: %w", err)
}

// How long the servers may take to end before they are killed.
const patience = 20 * time.Second

// Close ends the servers and removes their data. It may be called twice.
func (n *Network) Close() error {
	var err error
	n.once.Do(func() { err = n.close() })
	return err
}

func (n *Network) close() error {
	n.client.CloseIdleConnections()
	_ = n.stdin.Close() // fails when they have ended already
	var killed error
	select {
	case <-n.ended:
	case <-time.After(patience):
		killed = errors.Join(errors.New("localnet: had to kill the servers"), n.cmd.Process.Kill())
		<-n.ended
	}
	return errors.Join(killed, os.RemoveAll(n.folder))
}
