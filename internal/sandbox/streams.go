package sandbox

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// thump is how often a stream shows that it lives (Mastodon documentation,
// Streaming: a comment every 15 s).
const thump = 15 * time.Second

// streams are those who listen. Server.mu guards them.
type streams struct {
	subscribers map[*subscriber]bool
	repeat      bool // every event twice
}

// subscriber is one open stream. Who is too slow to read is cut off.
type subscriber struct {
	me     *account
	wanted map[string]bool // names of streams, such as user:notification
	out    chan message
	gone   chan struct{} // closed when the server cuts the stream
}

// message is one event on its way.
type message struct {
	Stream  []string `json:"stream"`
	Event   string   `json:"event"`
	Payload string   `json:"payload"`
}

// DropStreams cuts all open streams.
func (s *Server) DropStreams() {
	s.do(func() {
		for sub := range s.streams.subscribers {
			s.cut(sub)
		}
	})
}

// RepeatEvents makes streams send every event twice, or no longer.
func (s *Server) RepeatEvents(on bool) { s.do(func() { s.streams.repeat = on }) }

// Streams is how many streams are open.
func (s *Server) Streams() (n int) {
	s.do(func() { n = len(s.streams.subscribers) })
	return n
}

// wanted are the names of all streams that somebody listens to.
func (s *Server) wanted() []string {
	names := []string{}
	s.do(func() {
		for sub := range s.streams.subscribers {
			for name, on := range sub.wanted {
				if on {
					names = append(names, name)
				}
			}
		}
	})
	return names
}

func (s *Server) cut(sub *subscriber) {
	if s.streams.subscribers[sub] {
		delete(s.streams.subscribers, sub)
		close(sub.gone)
	}
}

func (s *Server) subscribe(me *account, names ...string) *subscriber {
	sub := &subscriber{me: me, wanted: map[string]bool{}, out: make(chan message, 1024), gone: make(chan struct{})}
	for _, name := range names {
		sub.wanted[name] = true
	}
	s.do(func() {
		select {
		case <-s.done:
			close(sub.gone)
		default:
			s.streams.subscribers[sub] = true
		}
	})
	return sub
}

// send hands an event to every subscriber whom it concerns.
func (s *Server) send(event string, streamOf func(*subscriber) []string, payload func(*account) any) {
	for sub := range s.streams.subscribers {
		stream := streamOf(sub)
		if stream == nil {
			continue
		}
		m := message{Stream: stream, Event: event, Payload: asText(payload(sub.me))}
		s.push(sub, m)
		if s.streams.repeat {
			s.push(sub, m)
		}
	}
}

func (s *Server) push(sub *subscriber, m message) {
	select {
	case sub.out <- m:
	default:
		s.cut(sub)
	}
}

func asText(payload any) string {
	if text, ok := payload.(string); ok {
		return text
	}
	b, err := json.Marshal(payload)
	if err != nil {
		return "null"
	}
	return string(b)
}

func (s *Server) streamNotification(to *account, n *notification) {
	of := func(sub *subscriber) []string {
		if sub.me != to {
			return nil
		}
		return sub.first("user", "user:notification")
	}
	s.send("notification", of, func(me *account) any { return s.wireNotification(n, me) })
}

func (s *Server) streamStatus(event string, x *status) {
	of := func(sub *subscriber) []string { return s.streamOf(sub, x) }
	s.send(event, of, func(me *account) any { return s.wireStatus(x, me) })
	if x.visibility == "direct" && event == "update" && !s.options.Variant.NoConversations {
		s.streamConversation(x)
	}
}

func (s *Server) streamConversation(x *status) {
	of := func(sub *subscriber) []string {
		if x.visible(s, sub.me) && (x.author == sub.me || x.names(sub.me)) {
			return sub.first("direct")
		}
		return nil
	}
	s.send("conversation", of, func(me *account) any { return s.wireConversation(x, me) })
}

func (s *Server) streamDelete(x *status) {
	of := func(sub *subscriber) []string {
		return s.streamOf(sub, &status{
			author: x.author, visibility: x.visibility, mentions: x.mentions, tags: x.tags, parent: x.parent,
		})
	}
	s.send("delete", of, func(*account) any { return x.id })
}

// streamOf is the stream of sub that x belongs to, nil for none.
func (s *Server) streamOf(sub *subscriber, x *status) []string {
	if !x.visible(s, sub.me) {
		return nil
	}
	if x.author == sub.me || s.world.follows[pair{sub.me, x.author}] != nil {
		if name := sub.first("user"); name != nil {
			return name
		}
	}
	if x.visibility != "public" || x.reblog != nil {
		return nil
	}
	for _, tag := range x.tags {
		if sub.wanted["hashtag:"+tag] {
			return []string{"hashtag", tag}
		}
	}
	if x.author.host == "" {
		return sub.first("public", "public:local")
	}
	return sub.first("public", "public:remote")
}

func (sub *subscriber) first(names ...string) []string {
	for _, name := range names {
		if sub.wanted[name] {
			return []string{name}
		}
	}
	return nil
}

var knownStreams = []string{"user", "user:notification", "public", "public:local", "public:remote", "direct"}

// streamName is the name under which a stream is kept, "" for an unknown one.
func streamName(name, tag string) string {
	if name == "hashtag" && tag != "" {
		return "hashtag:" + strings.ToLower(tag)
	}
	if slices.Contains(knownStreams, name) {
		return name
	}
	return ""
}
