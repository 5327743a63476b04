package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
	"github.com/tmaxmax/go-sse"

	"magpie/internal/network"
)

// silence is how long a stream may say nothing: the server sends :thump every
// 15 s (Mastodon documentation, Streaming).
const silence = 45 * time.Second

// Stream implements network.Client: server-sent events, or a WebSocket where
// the server has no other. The token travels in a header, never in the address.
func (c *client) Stream(ctx context.Context, ready func(), handle func(network.Event)) error {
	base := c.streamBase(ctx)
	err := c.events(ctx, base, ready, handle)
	if errors.Is(err, network.ErrNoStream) {
		return c.socket(ctx, base, ready, handle)
	}
	return err
}

// streamBase is the streaming host as an http address.
func (c *client) streamBase(ctx context.Context) string {
	var i instance
	_, err := c.get(ctx, "/api/v2/instance", nil, &i)
	if err != nil || i.Configuration.URLs.Streaming == "" {
		return c.settings.Server
	}
	return "http" + strings.TrimPrefix(strings.TrimRight(i.Configuration.URLs.Streaming, "/"), "ws")
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
		c.take(e.Type, e.Data, handle)
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
		c.take(kind, payload, handle)
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

func (c *client) take(kind, payload string, handle func(network.Event)) {
	var n notification
	if kind != "notification" || json.Unmarshal([]byte(payload), &n) != nil {
		return
	}
	for _, e := range c.event(n) {
		handle(e)
	}
}
