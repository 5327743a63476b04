package mastodon

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coder/websocket"
	"github.com/tmaxmax/go-sse"
	"golang.org/x/net/publicsuffix"

	"magpie/internal/network"
)

// silence is how long a stream may say nothing: the server sends :thump every
// 15 s (Mastodon documentation, Streaming).
const silence = 45 * time.Second

// Stream implements network.Client: server-sent events, or a WebSocket where
// the server has no other. The token travels in a header, never in the address.
// Where the streaming host that the server names can't be reached, its own address is tried.
func (c *client) Stream(ctx context.Context, ready func(), handle func(network.Event)) error {
	failed := network.ErrNoStream
	for _, base := range c.streamBases(ctx) {
		opened := false
		open := func() { opened = true; ready() }
		err := c.events(ctx, base, open, handle)
		if errors.Is(err, network.ErrNoStream) {
			err = c.socket(ctx, base, open, handle)
		}
		if opened || network.ReasonOf(err) == network.SignedOut || ctx.Err() != nil {
			return err
		}
		if errors.Is(failed, network.ErrNoStream) {
			failed = err // a host that can't be reached is down, even where the server's own address has no stream
		}
	}
	return failed
}

// streamBases are the streaming host, as an http address, and the server itself.
func (c *client) streamBases(ctx context.Context) []string {
	own := []string{c.settings.Server}
	i, err := c.instance(ctx, true)
	if err != nil {
		return own
	}
	if there := streamHost(cmp.Or(i.Configuration.URLs.Streaming, i.URLs.Streaming), c.settings.Server); there != "" {
		return append([]string{there}, own...)
	}
	return own
}

// streamHost is the streaming host that a server names, as an http address; "" for the server itself. A host that is not of the
// server's own site, or that would be called without encryption where the server is not, gets no token.
func streamHost(named, server string) string {
	there, err1 := url.Parse(strings.TrimRight(named, "/"))
	here, err2 := url.Parse(server)
	if named == "" || err1 != nil || err2 != nil || there.User != nil {
		return ""
	}
	if s, ok := strings.CutPrefix(there.Scheme, "ws"); ok {
		there.Scheme = "http" + s
	}
	if there.Scheme != here.Scheme || there.Host == here.Host || !sameSite(there.Hostname(), here.Hostname()) {
		return ""
	}
	return there.Scheme + "://" + there.Host + there.Path
}

// sameSite tells whether two hosts belong to the same owner: the same name, or names below one that can be registered.
func sameSite(a, b string) bool {
	if strings.EqualFold(a, b) {
		return true
	}
	x, err1 := publicsuffix.EffectiveTLDPlusOne(strings.ToLower(a))
	y, err2 := publicsuffix.EffectiveTLDPlusOne(strings.ToLower(b))
	return err1 == nil && err2 == nil && x == y && net.ParseIP(a) == nil
}

func (c *client) events(ctx context.Context, base string, ready func(), handle func(network.Event)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/v1/streaming/user/notification", nil)
	if err != nil {
		return network.Fail(network.Refused, "the streaming address can't be used")
	}
	r.Header.Set("Authorization", "Bearer "+c.settings.Secret.Reveal())
	r.Header.Set("Accept", "text/event-stream")
	dog := time.AfterFunc(silence, cancel)
	defer dog.Stop()
	resp, err := c.unhurried().Do(r)
	if err != nil {
		return network.Fail(network.Busy, "no stream from %s", r.URL.Host)
	}
	defer resp.Body.Close()
	if err := streamStatus(resp); err != nil {
		return err
	}
	ready()
	for e, err := range sse.Read(petted{resp.Body, dog}, nil) {
		if err != nil {
			break
		}
		c.hand(e.Type, e.Data, handle)
	}
	return network.Fail(network.Busy, "the stream of %s ended", r.URL.Host)
}

func streamStatus(resp *http.Response) error {
	switch {
	case resp.StatusCode == http.StatusOK && strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream"):
		return nil
	case resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden:
		return network.Fail(network.SignedOut, "the stream refused the access token")
	case resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests:
		return network.Fail(network.Busy, "the stream answered %d", resp.StatusCode)
	}
	return network.ErrNoStream
}

// petted is a body whose watchdog is set back by every byte.
type petted struct {
	body interface{ Read([]byte) (int, error) }
	dog  *time.Timer
}

func (p petted) Read(b []byte) (int, error) {
	n, err := p.body.Read(b)
	p.dog.Reset(silence)
	return n, err
}

// unhurried is the client without its time limit: a stream has no end.
func (c *client) unhurried() *http.Client {
	return &http.Client{Transport: c.settings.HTTP.Transport, CheckRedirect: c.settings.HTTP.CheckRedirect}
}

func (c *client) socket(ctx context.Context, base string, ready func(), handle func(network.Event)) error {
	h := http.Header{"Authorization": {"Bearer " + c.settings.Secret.Reveal()}}
	conn, resp, err := websocket.Dial(ctx, base+"/api/v1/streaming?stream=user:notification",
		&websocket.DialOptions{HTTPHeader: h, HTTPClient: c.unhurried()})
	if err != nil {
		return socketFailure(resp)
	}
	defer func() { _ = conn.CloseNow() }()
	conn.SetReadLimit(1 << 20)
	ready()
	for {
		kind, payload, err := c.next(ctx, conn)
		if err != nil {
			return network.Fail(network.Busy, "the stream ended")
		}
		c.hand(kind, payload, handle)
	}
}

func socketFailure(resp *http.Response) error {
	switch {
	case resp == nil || resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests:
		return network.Fail(network.Busy, "no stream")
	case resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden:
		return network.Fail(network.SignedOut, "the stream refused the access token")
	}
	return network.ErrNoStream
}

// next reads one message. A server that is silent must answer a ping.
func (c *client) next(ctx context.Context, conn *websocket.Conn) (kind, payload string, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go keepAlive(ctx, conn, cancel)
	_, data, err := conn.Read(ctx)
	if err != nil {
		return "", "", err
	}
	var m struct{ Event, Payload string }
	_ = json.Unmarshal(data, &m) // rubbish is an event of no kind
	return m.Event, m.Payload, nil
}

// keepAlive pings a silent server and gives up on one that does not answer.
func keepAlive(ctx context.Context, conn *websocket.Conn, giveUp func()) {
	tick := time.NewTicker(silence)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		pong, stop := context.WithTimeout(ctx, silence)
		err := conn.Ping(pong)
		stop()
		if err != nil {
			giveUp()
			return
		}
	}
}

func (c *client) hand(kind, payload string, handle func(network.Event)) {
	var n notification
	if kind != "notification" || json.Unmarshal([]byte(payload), &n) != nil {
		return
	}
	for _, e := range c.event(n) {
		handle(e)
	}
}
