package xfake

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"time"

	"magpie/internal/network/networktest"
)

// Server is a running fake. All its methods may be used at the same time.
type Server struct {
	URL string // http://127.0.0.1:port

	options Options
	http    *httptest.Server
	done    chan struct{} // closed at the end

	mu       sync.Mutex // guards all that follows
	ids      ids
	users    []*user
	posts    []*post
	messages []*message
	media    map[string]*media
	login    login
	money    money
	feed     feed
	rules    []*Rule
	buckets  map[string]*bucket
	log      []*Request
	bases    []string // addresses under which OAuth 1.0a signatures are made
}

var validName = regexp.MustCompile(`^[A-Za-z0-9_]{1,15}$`)

// Open starts a fake; it ends with the test.
func Open(t networktest.Tester, o Options) *Server {
	t.Helper()
	o = o.withDefaults()
	s := &Server{
		options: o, done: make(chan struct{}), ids: ids{clock: o.Clock},
		media: map[string]*media{}, buckets: map[string]*bucket{}, feed: newFeed(), money: newMoney(),
	}
	s.login = newLogin()
	for _, a := range o.Accounts {
		if !validName.MatchString(a.Name) || s.named(a.Name) != nil {
			t.Fatalf("xfake: %q can be no account's name", a.Name)
		}
		s.addAccount(a)
	}
	s.login.visitor = s.users[0]
	s.http = httptest.NewUnstartedServer(s.handler())
	s.http.Config.ErrorLog = log.New(io.Discard, "", 0) // what the suite hears is the connector's
	s.http.Start()
	s.URL = s.http.URL
	s.bases = []string{s.URL}
	t.Cleanup(s.close)
	return s
}

func (s *Server) close() {
	s.do(func() {
		select {
		case <-s.done:
		default:
			close(s.done)
		}
	})
	s.DropStreams()
	s.http.CloseClientConnections()
	s.http.Close()
}

// AlsoAt tells that clients reach the fake by another address too, through a
// proxy: OAuth 1.0a signs the address as the client sees it.
func (s *Server) AlsoAt(address string) {
	s.do(func() { s.bases = append(s.bases, strings.TrimSuffix(address, "/")) })
}

// do runs f alone.
func (s *Server) do(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

func (s *Server) now() time.Time { return s.options.Clock() }

// handler is the whole server, from the outside in: the log, the faults, the routes.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range s.routes() {
		mux.Handle(r.pattern, s.serve(r))
	}
	mux.HandleFunc("GET /i/oauth2/authorize", s.authorize)
	mux.HandleFunc("POST /2/oauth2/token", s.postToken)
	mux.HandleFunc("POST /2/oauth2/revoke", s.postRevoke)
	mux.HandleFunc("GET /2/activity/stream", s.serveStream)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { writeProblem(w, notFound()) })
	return s.record(s.faulty(mux))
}
