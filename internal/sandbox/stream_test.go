package sandbox

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// listen opens a stream of server-sent events and answers its lines.
func listen(t *testing.T, s *Server, path, token string) (*http.Response, <-chan string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/api/v1/streaming/"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		for scan := bufio.NewScanner(resp.Body); scan.Scan(); {
			lines <- scan.Text()
		}
	}()
	return resp, lines
}

// next is the next line that starts so; the rest is passed over.
func next(t *testing.T, lines <-chan string, prefix string) string {
	t.Helper()
	end := time.After(5 * time.Second)
	for {
		select {
		case line, open := <-lines:
			if !open {
				t.Fatalf("the stream ended before %q", prefix)
			}
			if rest, ok := strings.CutPrefix(line, prefix); ok {
				return rest
			}
		case <-end:
			t.Fatalf("no %q", prefix)
		}
	}
}

func TestServerSentEvents(t *testing.T) {
	s, c := start(t, Options{})
	_, lines := listen(t, s, "user/notification", "sandbox-outlet")
	next(t, lines, ":)")
	ann := s.Person("ann")
	ann.Say("hello", "help")
	id := ann.Say("hello", "outlet")
	if kind := next(t, lines, "event: "); kind != "notification" {
		t.Errorf("got %s", kind)
	}
	var n wireNotification
	if err := json.Unmarshal([]byte(next(t, lines, "data: ")), &n); err != nil || n.Type != "mention" || n.Status.ID != id {
		t.Errorf("got %+v, %v", n, err)
	}
	s.RepeatEvents(true)
	ann.Follow("outlet")
	first, again := next(t, lines, "data: "), next(t, lines, "data: ")
	if first != again || !strings.Contains(first, `"type":"follow"`) {
		t.Errorf("got %s and %s", first, again)
	}
	s.DropStreams()
	for line := range lines {
		if line != "" {
			t.Errorf("%q came after the cut", line)
		}
	}
	within(t, time.Second, "no stream is left", func() bool { return s.Streams() == 0 })
	c.as("").must(http.StatusOK, "GET", "/api/v1/streaming/health", nil)
}

func TestUserStreamTellsOwnPostsAndDeletes(t *testing.T) {
	s, c := start(t, Options{})
	_, lines := listen(t, s, "user", "sandbox-outlet")
	next(t, lines, ":)")
	id := c.post(object{"status": "one"})
	c.must(http.StatusOK, "PUT", "/api/v1/statuses/"+id, object{"status": "two"})
	c.must(http.StatusOK, "DELETE", "/api/v1/statuses/"+id, nil)
	for _, want := range []string{"update", "status.update", "delete"} {
		if got := next(t, lines, "event: "); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if got := next(t, lines, "data: "); got != id {
		t.Errorf("delete says %s", got)
	}
}

func TestStreamVariants(t *testing.T) {
	for how, want := range map[string]struct{ events, socket int }{
		StreamAll: {http.StatusOK, http.StatusSwitchingProtocols}, StreamSocket: {http.StatusNotFound, http.StatusSwitchingProtocols},
		StreamNone: {http.StatusNotFound, http.StatusNotFound},
	} {
		s, _ := start(t, Options{Variant: Variant{Streaming: how}})
		if resp, _ := listen(t, s, "user", "sandbox-outlet"); resp.StatusCode != want.events {
			t.Errorf("%q: events %d", how, resp.StatusCode)
		}
		_, resp, _ := websocket.Dial(t.Context(), s.streamingURL()+"/api/v1/streaming?stream=user&access_token=sandbox-outlet", nil)
		if resp == nil || resp.StatusCode != want.socket {
			t.Errorf("%q: socket %v", how, resp)
		}
	}
	s, _ := start(t, Options{})
	if resp, _ := listen(t, s, "user", "bad"); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("bad token: %d", resp.StatusCode)
	}
}

func TestWebSocket(t *testing.T) {
	s, _ := start(t, Options{})
	base := s.streamingURL() + "/api/v1/streaming"
	bearer := http.Header{"Authorization": {"Bearer sandbox-outlet"}}
	for name, dial := range map[string]func(context.Context) (*websocket.Conn, *http.Response, error){
		"query": func(ctx context.Context) (*websocket.Conn, *http.Response, error) {
			return websocket.Dial(ctx, base+"?stream=user:notification&access_token=sandbox-outlet", nil)
		},
		"header": func(ctx context.Context) (*websocket.Conn, *http.Response, error) {
			return websocket.Dial(ctx, base+"?stream=user:notification", &websocket.DialOptions{HTTPHeader: bearer})
		},
		"subprotocol": func(ctx context.Context) (*websocket.Conn, *http.Response, error) {
			return websocket.Dial(ctx, base+"/?stream=user:notification", &websocket.DialOptions{Subprotocols: []string{"sandbox-outlet"}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			conn, _, err := dial(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.CloseNow() }()
			within(t, time.Second, "subscribed", func() bool { return len(s.wanted()) == 1 })
			id := s.Person("ann").Say("hello", "outlet")
			var m message
			if err := wsjson.Read(t.Context(), conn, &m); err != nil {
				t.Fatal(err)
			}
			if m.Event != "notification" || m.Stream[0] != "user:notification" || !strings.Contains(m.Payload, id) {
				t.Errorf("got %+v", m)
			}
			_ = conn.CloseNow()
			within(t, time.Second, "gone", func() bool { return s.Streams() == 0 })
		})
	}
}

func TestSubscribeLater(t *testing.T) {
	s, c := start(t, Options{})
	conn, _, err := websocket.Dial(t.Context(), s.streamingURL()+"/api/v1/streaming?access_token=sandbox-outlet", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	var wrong object
	if err := wsjson.Write(t.Context(), conn, object{"type": "subscribe", "stream": "nonsense"}); err != nil {
		t.Fatal(err)
	}
	if err := wsjson.Read(t.Context(), conn, &wrong); err != nil || wrong["error"] != "Unknown stream type" {
		t.Errorf("got %v, %v", wrong, err)
	}
	if err := wsjson.Write(t.Context(), conn, object{"type": "subscribe", "stream": "hashtag", "tag": "优惠"}); err != nil {
		t.Fatal(err)
	}
	within(t, time.Second, "subscribed", func() bool { return len(s.wanted()) == 1 })
	c.post(object{"status": "not this"})
	id := c.post(object{"status": "this #优惠"})
	var m message
	if err := wsjson.Read(t.Context(), conn, &m); err != nil || m.Event != "update" || !strings.Contains(m.Payload, id) {
		t.Errorf("got %+v, %v", m, err)
	}
}
