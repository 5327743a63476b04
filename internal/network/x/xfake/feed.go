package xfake

import (
	"encoding/json"
	"time"
)

// feed is what the Activity API knows: who wants what, who listens, and what
// happened lately.
type feed struct {
	subscriptions []*subscription
	listeners     map[*listener]bool
	past          []past
	repeat        bool // every event twice
	failMedia     bool
}

type past struct {
	at   time.Time
	line []byte
}

// listener is one open stream. Who is too slow to read is cut off.
type listener struct {
	out  chan []byte
	gone chan struct{} // closed when the server cuts the stream
}

func newFeed() feed { return feed{listeners: map[*listener]bool{}} }

// Streams is how many streams are open.
func (s *Server) Streams() (n int) {
	s.do(func() { n = len(s.feed.listeners) })
	return n
}

// DropStreams cuts all open streams.
func (s *Server) DropStreams() {
	s.do(func() {
		for l := range s.feed.listeners {
			s.cut(l)
		}
	})
}

// RepeatEvents makes streams send every event twice, or no longer.
func (s *Server) RepeatEvents(on bool) { s.do(func() { s.feed.repeat = on }) }

func (s *Server) cut(l *listener) {
	if s.feed.listeners[l] {
		delete(s.feed.listeners, l)
		close(l.gone)
	}
}

// tell hands an event to the streams where somebody subscribed to it.
func (s *Server) tell(kind string, about *user, direction string, payload, includes object) {
	for _, sub := range s.feed.subscriptions {
		if sub.kind != kind || sub.filter.User != about.id || sub.filter.Direction != "" && sub.filter.Direction != direction {
			continue
		}
		data := object{"event_type": kind, "event_uuid": s.ids.next(), "filter": sub.filter, "payload": payload}
		if sub.tag != "" {
			data["tag"] = sub.tag
		}
		line, _ := json.Marshal(object{"data": within(data, includes)}) // strings and numbers can't fail
		s.broadcast(append(line, '\r', '\n'), kind)
	}
}

func (s *Server) broadcast(line []byte, kind string) {
	s.feed.past = append(s.feed.past, past{s.now(), line})
	for l := range s.feed.listeners {
		s.push(l, line)
		if s.feed.repeat {
			s.push(l, line)
		}
	}
	price := int64(pricePost)
	if kind == "dm.received" || kind == "follow.follow" || kind == "follow.unfollow" {
		price = priceMessage
	}
	if len(s.feed.listeners) > 0 {
		s.charge(price)
	}
}

func (s *Server) push(l *listener, line []byte) {
	select {
	case l.out <- line:
	default:
		s.cut(l)
	}
}
