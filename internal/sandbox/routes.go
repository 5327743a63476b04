package sandbox

import (
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// answer is one call of the API; it runs while Server.mu is held.
type answer func(*call) (any, error)

// route is one call: who may make it is "" (anybody), "app" (any token) or the
// scope of an account's token.
type route struct {
	pattern string
	scope   string
	answer  answer
}

func (s *Server) routes() []route { return append(s.routesOfAccounts(), s.routesOfStatuses()...) }

func (s *Server) routesOfAccounts() []route {
	return []route{
		{"GET /api/v1/instance", "", s.instanceV1},
		{"GET /api/v2/instance", "", s.instanceV2},
		{"GET /.well-known/oauth-authorization-server", "", s.authorizationServer},
		{"POST /api/v1/apps", "", s.postApp},
		{"GET /api/v1/apps/verify_credentials", "app", s.verifyApp},
		{"POST /oauth/token", "", s.postToken},
		{"POST /oauth/revoke", "", s.postRevoke},

		{"GET /api/v1/accounts/verify_credentials", "read:accounts", s.verifyCredentials},
		{"PATCH /api/v1/accounts/update_credentials", "write:accounts", s.updateCredentials},
		{"GET /api/v1/accounts/lookup", "", s.lookup},
		{"GET /api/v1/accounts/relationships", "read:follows", s.relationships},
		{"GET /api/v1/accounts", "", s.getAccounts},
		{"GET /api/v1/accounts/{id}", "", s.getAccount},
		{"GET /api/v1/accounts/{id}/statuses", "", s.accountStatuses},
		{"GET /api/v1/accounts/{id}/followers", "", s.followers},
		{"GET /api/v1/accounts/{id}/following", "", s.following},
		{"POST /api/v1/accounts/{id}/follow", "write:follows", s.followAccount},
		{"POST /api/v1/accounts/{id}/unfollow", "write:follows", s.onAccount(s.unfollow)},
		{"POST /api/v1/accounts/{id}/remove_from_followers", "write:follows", s.onAccount(func(me, a *account) { s.unfollow(a, me) })},
		{"POST /api/v1/accounts/{id}/block", "write:blocks", s.onAccount(s.block)},
		{"POST /api/v1/accounts/{id}/unblock", "write:blocks", s.onAccount(unblock)},
		{"POST /api/v1/accounts/{id}/mute", "write:mutes", s.onAccount(mute)},
		{"POST /api/v1/accounts/{id}/unmute", "write:mutes", s.onAccount(unmute)},
		{"GET /api/v1/follow_requests", "read:follows", s.followRequests},
		{"POST /api/v1/follow_requests/{id}/authorize", "write:follows", s.authorizeRequest},
		{"POST /api/v1/follow_requests/{id}/reject", "write:follows", s.rejectRequest},
		{"GET /api/v2/search", "read:search", s.search},
	}
}

func (s *Server) routesOfStatuses() []route {
	return []route{
		{"POST /api/v1/statuses", "write:statuses", s.postStatus},
		{"GET /api/v1/statuses", "", s.getStatuses},
		{"GET /api/v1/statuses/{id}", "", s.getStatus},
		{"PUT /api/v1/statuses/{id}", "write:statuses", s.putStatus},
		{"DELETE /api/v1/statuses/{id}", "write:statuses", s.deleteStatus},
		{"GET /api/v1/statuses/{id}/context", "", s.getContext},
		{"GET /api/v1/statuses/{id}/source", "read:statuses", s.getSource},
		{"POST /api/v1/statuses/{id}/reblog", "write:statuses", s.reblog},
		{"POST /api/v1/statuses/{id}/unreblog", "write:statuses", s.onStatus(s.unreblog)},
		{"POST /api/v1/statuses/{id}/favourite", "write:favourites", s.onStatus(s.favourite)},
		{"POST /api/v1/statuses/{id}/unfavourite", "write:favourites", s.onStatus(s.unfavourite)},
		{"GET /api/v1/statuses/{id}/favourited_by", "", s.favouritedBy},
		{"GET /api/v1/statuses/{id}/reblogged_by", "", s.rebloggedBy},
		{"GET /api/v1/timelines/home", "read:statuses", s.homeTimeline},
		{"GET /api/v1/timelines/public", "", s.publicTimeline},
		{"GET /api/v1/timelines/tag/{tag}", "", s.tagTimeline},

		{"POST /api/v2/media", "write:media", s.postMedia},
		{"GET /api/v1/media/{id}", "write:media", s.getMedia},
		{"PUT /api/v1/media/{id}", "write:media", s.putMedia},

		{"GET /api/v1/notifications", "read:notifications", s.getNotifications},
		{"POST /api/v1/notifications/clear", "write:notifications", s.clearNotifications},
		{"GET /api/v1/notifications/{id}", "read:notifications", s.getNotification},
		{"POST /api/v1/notifications/{id}/dismiss", "write:notifications", s.dismiss},
		{"GET /api/v2/notifications/policy", "read:notifications", s.getPolicy},
		{"PATCH /api/v2/notifications/policy", "write:notifications", s.patchPolicy},
		{"GET /api/v1/conversations", "read:statuses", s.getConversations},
		{"POST /api/v1/conversations/{id}/read", "write:conversations", s.readConversation},
	}
}

// handler is the whole server.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range s.routes() {
		mux.Handle(r.pattern, s.api(r))
	}
	mux.HandleFunc("GET /api/v1/streaming/health", health)
	mux.HandleFunc("GET /api/v1/streaming", s.serveSocket)
	mux.HandleFunc("GET /api/v1/streaming/{stream...}", s.serveEvents)
	mux.HandleFunc("GET /oauth/authorize", s.showLogin)
	mux.HandleFunc("POST /oauth/authorize", s.login)
	mux.HandleFunc("GET /media/{id}", s.serveMedia)
	s.control(mux)
	s.pages(mux)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { writeProblem(w, errNotFound) })
	return s.local(s.record(cors(s.differ(s.faulty(mux)))))
}

// api runs one call, from its token to its answer.
func (s *Server) api(r route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		c := &call{w: w, r: req, token: bearer(req)}
		err := c.readParams()
		var out any
		s.do(func() {
			if err == nil {
				err = s.admit(c, r)
			}
			if err == nil {
				out, err = r.answer(c)
			}
		})
		if err != nil {
			writeProblem(w, err)
			return
		}
		status := http.StatusOK
		if c.status != 0 {
			status = c.status
		}
		writeJSON(w, status, out)
	})
}

// admit finds who calls, and whether they may.
func (s *Server) admit(c *call, r route) error {
	t, known := s.oauth.tokens[c.token]
	c.me = t.account
	if err := s.count(c); err != nil {
		return err
	}
	switch {
	case c.token != "" && !known:
		return fail(s.options.Variant.BadToken, "The access token is invalid")
	case r.scope == "":
		return nil
	case c.token == "":
		return fail(http.StatusUnauthorized, "This method requires an authenticated user")
	case r.scope == "app":
		return nil
	case c.me == nil:
		return fail(http.StatusUnprocessableEntity, "This method requires an authenticated user")
	case !t.allows(r.scope):
		return fail(http.StatusForbidden, "This action is outside the authorized scopes")
	}
	return nil
}

func bearer(r *http.Request) string {
	scheme, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(text)
}

// local refuses calls by another name than loopback's, so that no web page can
// reach the sandbox by a name of its own.
func (s *Server) local(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if !isLoopback(strings.Trim(host, "[]")) {
			writeProblem(w, fail(http.StatusForbidden, "Blocked host: the sandbox is on loopback only"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// cors lets pages of loopback call the API.
func cors(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		u, err := url.Parse(origin)
		foreign := origin != "" && (err != nil || !isLoopback(u.Hostname()))
		if foreign && strings.HasPrefix(r.URL.Path, "/sandbox/") {
			writeProblem(w, fail(http.StatusForbidden, "Blocked origin: the sandbox is on loopback only"))
			return
		}
		if origin != "" && !foreign {
			h := w.Header()
			h.Set("Access-Control-Allow-Origin", origin)
			h.Add("Vary", "Origin")
			h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
			h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key")
			h.Set("Access-Control-Expose-Headers", "Link, X-RateLimit-Reset, X-RateLimit-Limit, X-RateLimit-Remaining")
		}
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Request is what a client asked of the server.
type Request struct {
	Method string    `json:"method"`
	Path   string    `json:"path"` // without the query, which may hold a token
	Key    string    `json:"key"`  // Idempotency-Key
	At     time.Time `json:"at"`
}

const maxLog = 100_000

func (s *Server) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/sandbox/") {
			s.do(func() {
				if len(s.log) >= maxLog {
					s.log = append([]Request(nil), s.log[maxLog/2:]...)
				}
				s.log = append(s.log, Request{r.Method, r.URL.Path, r.Header.Get("Idempotency-Key"), s.now()})
			})
		}
		next.ServeHTTP(w, r)
	})
}

// Requests are the latest requests, oldest first, at least 50,000 of them.
func (s *Server) Requests() (all []Request) {
	s.do(func() { all = append(all, s.log...) })
	return all
}
