package mastodon

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"magpie/internal/network"
)

// net/http replays a POST by itself on a connection it used before, if the
// request has a header “Idempotency-Key”, also when the server has read it. On
// a server that ignores the key that is a second post.
func TestTransportDoesNotReplay(t *testing.T) {
	t.Parallel()
	address, posts := cutter(t)
	c := newClient(t, "http://"+address)
	_, err := c.Verify(t.Context()) // so that the connection is an old one
	must(t, err)
	_, err = c.Publish(t.Context(), sealed(t, c, network.Draft{Text: "once"}))
	wants(t, "publish", err, network.Unknown)
	if n := posts.Load(); n != 1 {
		t.Errorf("%d requests arrived, want 1", n)
	}
}

// That the test above can fail: with the canonical spelling two arrive.
func TestTransportWouldReplay(t *testing.T) {
	t.Parallel()
	address, posts := cutter(t)
	client := network.HTTPClient(10 * time.Second)
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		r, err := network.Request(t.Context(), method, "http://"+address, []byte("{}"))
		must(t, err)
		r.Header.Set("Idempotency-Key", "k")
		_, _ = network.Do(client, r)
	}
	if n := posts.Load(); n != 2 {
		t.Errorf("%d requests arrived: net/http has changed, SetKey may be superfluous", n)
	}
}

// cutter is a server that answers GET, and cuts the connection after it has
// read a POST. It tells how many it read.
func cutter(t *testing.T) (address string, posts *atomic.Int32) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	posts = new(atomic.Int32)
	go func() {
		for {
			conn, err := l.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			go serve(conn, posts)
		}
	}()
	return l.Addr().String(), posts
}

func serve(conn net.Conn, posts *atomic.Int32) {
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	for {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
		if r.Method == http.MethodPost {
			posts.Add(1)
			return
		}
		const answer = `{"id":"1","acct":"pomelo"}`
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 26\r\n\r\n"+answer)
	}
}
