package sandbox

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

func health(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("OK")) }

// listener is the account of the token that a stream brings: in the header, the
// query or, from browsers, the subprotocol.
func (s *Server) listener(w http.ResponseWriter, r *http.Request) *account {
	text := cmp.Or(cmp.Or(bearer(r), r.URL.Query().Get("access_token")), r.Header.Get("Sec-WebSocket-Protocol"))
	var me *account
	s.do(func() { me = s.oauth.tokens[text].account })
	if me == nil {
		writeProblem(w, fail(s.options.Variant.BadToken, "Invalid access token"))
	}
	return me
}

// serveEvents is a stream of server-sent events.
func (s *Server) serveEvents(w http.ResponseWriter, r *http.Request) {
	path := strings.ReplaceAll(r.PathValue("stream"), "/", ":")
	if path == "" {
		s.serveSocket(w, r)
		return
	}
	name := streamName(path, r.URL.Query().Get("tag"))
	if name == "" || s.options.Variant.Streaming != StreamAll {
		writeProblem(w, errNotFound)
		return
	}
	me := s.listener(w, r)
	if me == nil {
		return
	}
	sub := s.subscribe(me, name)
	defer s.do(func() { s.cut(sub) })
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "private, no-store")
	sub.pump(r, func(text string) error {
		if _, err := w.Write([]byte(text)); err != nil {
			return err
		}
		return http.NewResponseController(w).Flush()
	})
	select {
	case <-sub.gone:
		panic(http.ErrAbortHandler) // cut, not ended
	default:
	}
}

// pump writes events until the client or the server has had enough.
func (sub *subscriber) pump(r *http.Request, write func(string) error) {
	tick := time.NewTicker(thump)
	defer tick.Stop()
	err := write(":)\n")
	for err == nil {
		select {
		case <-r.Context().Done():
			return
		case <-sub.gone:
			return
		case <-tick.C:
			err = write(":thump\n")
		case m := <-sub.out:
			err = write("event: " + m.Event + "\ndata: " + m.Payload + "\n\n")
		}
	}
}

// serveSocket is GET /api/v1/streaming over WebSocket.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	if s.options.Variant.Streaming == StreamNone || !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		writeProblem(w, errNotFound)
		return
	}
	me := s.listener(w, r)
	if me == nil {
		return
	}
	wanted := r.URL.Query().Get("stream")
	name := streamName(wanted, r.URL.Query().Get("tag"))
	if wanted != "" && name == "" {
		writeProblem(w, fail(http.StatusBadRequest, "Unknown stream type"))
		return
	}
	// Subscribed before the client knows, so that it misses nothing from then on.
	sub := s.subscribe(me)
	if name != "" {
		s.do(func() { sub.wanted[name] = true })
	}
	defer s.do(func() { s.cut(sub) })
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		InsecureSkipVerify: true, // cors and the token decide
		Subprotocols:       r.Header.Values("Sec-WebSocket-Protocol"),
	})
	if err != nil {
		return // Accept has answered
	}
	s.converse(r, conn, sub)
}

// converse sends events, and listens to what is to be subscribed.
func (s *Server) converse(r *http.Request, conn *websocket.Conn, sub *subscriber) {
	defer func() { _ = conn.CloseNow() }()
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	go func() {
		defer cancel()
		s.hear(ctx, conn, sub)
	}()
	tick := time.NewTicker(thump)
	defer tick.Stop()
	var err error
	for err == nil {
		select {
		case <-ctx.Done():
			return
		case <-sub.gone:
			return
		case <-tick.C:
			err = conn.Ping(ctx)
		case m := <-sub.out:
			err = wsjson.Write(ctx, conn, m)
		}
	}
}

// hear reads {"type":"subscribe","stream":"…"} until the client has gone.
func (s *Server) hear(ctx context.Context, conn *websocket.Conn, sub *subscriber) {
	for {
		_, data, err := conn.Read(ctx)
		if err != nil {
			return
		}
		var m struct{ Type, Stream, Tag string }
		_ = json.Unmarshal(data, &m) // rubbish names no stream
		name := streamName(m.Stream, m.Tag)
		if name == "" {
			err = wsjson.Write(ctx, conn, object{"error": "Unknown stream type", "status": http.StatusBadRequest})
			if err != nil {
				return
			}
			continue
		}
		s.do(func() { sub.wanted[name] = m.Type == "subscribe" })
	}
}
