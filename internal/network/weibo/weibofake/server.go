package weibofake

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"magpie/internal/network/networktest"
)

// beijing is the zone of all that Weibo says about time.
var beijing = time.FixedZone("CST", 8*60*60)

// The first ids: a post's as in Weibo's examples, a user's shorter.
const (
	firstItem = 5_000_000_000_000_000
	firstUser = 2_000_000_000
)

// Server is a running fake. All its methods may be used at the same time.
type Server struct {
	URL string // without a slash at the end

	t networktest.Tester
	o Options

	mu       sync.Mutex // guards all that follows
	nextItem int64
	nextUser int64
	users    []*user
	consent  *user // who answers at oauth2/authorize; nil: denies
	tokens   map[string]*token
	codes    map[string]code
	posts    []*post
	comments []*comment
	messages []*message
	contacts map[pair]*contact
	rules    []*Rule
	log      []Request
	used     map[day]int // calls that came
	spent    map[day]int // calls that count for a quota
}

// Open starts a fake on 127.0.0.1; it ends with the test.
func Open(t networktest.Tester, o Options) *Server {
	t.Helper()
	s := &Server{
		t: t, o: o.withDefaults(), nextItem: firstItem, nextUser: firstUser,
		tokens: map[string]*token{}, codes: map[string]code{}, contacts: map[pair]*contact{}, used: map[day]int{}, spent: map[day]int{},
	}
	h := httptest.NewServer(http.HandlerFunc(s.serve))
	s.URL = h.URL
	t.Cleanup(func() {
		h.CloseClientConnections()
		h.Close()
	})
	return s
}

// do runs f alone.
func (s *Server) do(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

func (s *Server) now() time.Time { return s.o.Clock() }

// item is a fresh id of a post, a comment or a message: they grow with time.
func (s *Server) item() int64 {
	s.nextItem++
	return s.nextItem
}

// serve deals with one request: it is written down, meets at most one rule, and
// is answered.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	c := s.read(w, r)
	s.do(func() { s.record(c) })
	rule := s.ruleOf(c)
	if rule == nil {
		rule = new(Rule)
	}
	if c.route.path == "/oauth2/authorize" && c.bad == nil && !rule.spoils() {
		s.authorize(w, c)
		return
	}
	rule.play(w, c, func() (any, error) { return s.answer(c) })
}

// answer does what is asked.
func (s *Server) answer(c *call) (out any, err error) {
	s.do(func() {
		if err = c.bad; err == nil {
			err = s.admit(c)
		}
		if err == nil {
			out, err = c.route.answer(c)
		}
	})
	return out, err
}
