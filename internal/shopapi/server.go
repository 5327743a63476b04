package shopapi

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	_ "embed" // for the description
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"golang.org/x/time/rate"

	"magpie/internal/acts"
	"magpie/internal/apikey"
	"magpie/internal/store"
)

//go:embed openapi.yaml
var description []byte

// Server answers the shop's programs.
type Server struct {
	Acts *acts.Acts
	Log  *logrus.Entry
	// CallsPerSecond is how many calls one key may make; 0: as many as docs/shop-api.md says.
	CallsPerSecond float64

	mu     sync.Mutex
	limits map[string]*limits // by the id of the key
}

// limits are how fast one key may call, and how often it may name codes that there are not.
type limits struct{ calls, guesses, reports *rate.Limiter }

// What one key may: calls a second, and codes a minute that there are not.
const (
	callsPerSecond  = 500
	callsAtOnce     = 1000
	guessesPerMin   = 600 // what the shop's own visitors mistype, too
	partnersPerMin  = 30
	bodyMost        = 64 << 10
	answerWithin    = 30 * time.Second
	idempotencyMost = 255
)

// Handler is all of the API, below /api/v1/.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/openapi.yaml", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/yaml")
		_, _ = w.Write(description)
	})
	for _, r := range routes {
		method, path, _ := strings.Cut(r.pattern, " ")
		mux.HandleFunc(path, func(w http.ResponseWriter, req *http.Request) {
			w.Header().Set("Allow", method)
			s.write(w, requestID(req), problem(http.StatusMethodNotAllowed, "method_not_allowed", "this address is for "+method))
		})
		mux.HandleFunc(r.pattern, func(w http.ResponseWriter, req *http.Request) { s.serve(w, req, r) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, req *http.Request) {
		s.write(w, requestID(req), problem(http.StatusNotFound, "not_found",
			"there is no such address in this API: see /api/v1/openapi.yaml"))
	})
	return mux
}

// route is one thing that can be asked.
type route struct {
	pattern, scope string
	handle         func(*call) answer
}

var routes = []route{
	{"PUT /api/v1/customers/{id}", "customers", putCustomer},
	{"POST /api/v1/orders", "orders", postOrder},
	{"POST /api/v1/orders/{id}/refund", "orders", refundOrder},
	{"GET /api/v1/coupons/{code}", "coupons", getCoupon},
	{"POST /api/v1/coupons/{code}/lock", "coupons", lockCoupon},
	{"POST /api/v1/coupons/{code}/redeem", "coupons", redeemCoupon},
	{"POST /api/v1/coupons/{code}/unlock", "coupons", unlockCoupon},
	{"POST /api/v1/coupons/{code}/rollback", "coupons", rollbackCoupon},
	{"GET /api/v1/reports/campaigns/{name}", "reports", getCampaign},
}

// call is one request by a key that may make it.
type call struct {
	*Server
	ctx    context.Context
	req    *http.Request
	key    *apikey.Key
	limits *limits
	body   []byte
}

// who is the key in the audit log.
func (c *call) who() string { return "shop key " + c.key.Name }

// answer is a status with what stands in the body.
type answer struct {
	status int
	body   any
	err    error // something broke: the body says so, and the log why
}

func ok(body any) answer { return answer{status: http.StatusOK, body: body} }

var goodID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// requestID is by what both sides find a call in their logs.
func requestID(req *http.Request) string {
	if id := req.Header.Get("X-Request-Id"); goodID.MatchString(id) {
		return id
	}
	return strings.ToLower(rand.Text()[:16])
}

func (s *Server) serve(w http.ResponseWriter, req *http.Request, r route) {
	began, id := time.Now(), requestID(req)
	ctx, cancel := context.WithTimeout(req.Context(), answerWithin)
	defer cancel()
	c := &call{Server: s, ctx: ctx, req: req}
	a := c.admit(w, r.scope)
	if a.status == 0 {
		a = r.handle(c)
	}
	name := ""
	if c.key != nil {
		name = c.key.Name
	}
	log := s.Log.WithFields(logrus.Fields{"request": id, "key": name, "call": r.pattern, "status": a.status,
		"took": time.Since(began).String()})
	if a.err != nil {
		log.WithError(a.err).Error("a call of the shop could not be answered")
	} else {
		log.Debug("answered a call of the shop")
	}
	s.write(w, id, a)
}

// admit looks whose call it is, and reads it. A status of 0 lets it go on.
func (c *call) admit(w http.ResponseWriter, scope string) (a answer) {
	whole, isBearer := strings.CutPrefix(c.req.Header.Get("Authorization"), "Bearer ")
	if isBearer {
		if c.key, a.err = apikey.Find(c.ctx, c.Acts.DB.Read, strings.TrimSpace(whole)); a.err != nil {
			return broken(a.err)
		}
	}
	if c.key == nil {
		w.Header().Set("WWW-Authenticate", `Bearer realm="magpie"`)
		return problem(http.StatusUnauthorized, "unauthorized",
			"send a key that is good, as “Authorization: Bearer magpie_…”: magpie shop keys add")
	}
	if !c.key.May(scope) {
		return problem(http.StatusForbidden, "forbidden", "this key is not for "+scope+": make one that is, with magpie shop keys add")
	}
	c.limits = c.limitsOf(c.key.ID, len(c.key.Offers) > 0)
	if !c.limits.calls.Allow() {
		return problem(http.StatusTooManyRequests, "too_many_requests", "this key calls too fast: wait a second")
	}
	if len(c.key.Offers) > 0 && c.limits.guesses.Tokens() < 1 { // a partner's: what it finds out by guessing is not its own
		return tooManyGuesses()
	}
	if scope == "reports" && !c.limits.reports.Allow() {
		return problem(http.StatusTooManyRequests, "too_many_requests", "reports read all that there is: ask for one a second at most")
	}
	return c.read()
}

func (s *Server) limitsOf(key string, partner bool) *limits {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.limits == nil {
		s.limits = map[string]*limits{}
	}
	if s.limits[key] == nil {
		perMin := guessesPerMin
		if partner {
			perMin = partnersPerMin
		}
		s.limits[key] = &limits{rate.NewLimiter(rate.Limit(cmp.Or(s.CallsPerSecond, callsPerSecond)), callsAtOnce),
			rate.NewLimiter(rate.Every(time.Minute/time.Duration(perMin)), perMin), rate.NewLimiter(1, 10)}
	}
	return s.limits[key]
}

func (s *Server) write(w http.ResponseWriter, id string, a answer) {
	kind := "application/json"
	if p, isOne := a.body.(*Problem); isOne {
		kind, p.Request = "application/problem+json", id
	}
	body, isText := a.body.(json.RawMessage)
	if !isText {
		body, _ = json.Marshal(a.body) // our own types
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("X-Request-Id", id)
	w.Header().Set("Cache-Control", "no-store")
	if a.status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "60")
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(append(body, '\n'))
}

// act does what a call asks in one transaction. Nothing of what it could not do stays.
func (c *call) act(do func(tx *sql.Tx) answer) (a answer) {
	err := c.Acts.DB.Batch(c.ctx, func(tx *sql.Tx) error {
		return store.Within(c.ctx, tx, func() (bool, error) {
			a = do(tx)
			return a.status < http.StatusBadRequest, a.err
		})
	})
	if err != nil {
		return broken(err)
	}
	return a
}

// once is act for a call that changes something: repeated under the same key it gets the same answer, and nothing is done twice.
func (c *call) once(do func(tx *sql.Tx) answer) answer {
	name := c.req.Header.Get("Idempotency-Key")
	if name == "" || len(name) > idempotencyMost {
		return problem(http.StatusBadRequest, "idempotency_key_missing",
			"send a header Idempotency-Key of up to 255 characters that is this call's "+
				"own, and the same when you repeat it")
	}
	x := apikey.Call{Key: c.key.ID, Idempotency: name, Text: c.req.Method + " " + c.req.URL.Path + "\n" + string(c.body)}
	return c.act(func(tx *sql.Tx) answer {
		before, again, other, err := apikey.Answered(c.ctx, tx, x)
		switch {
		case err != nil:
			return broken(err)
		case other:
			return problem(http.StatusConflict, "idempotency_key_reused", "another call was made under this Idempotency-Key")
		case again:
			return replayed(before)
		}
		a := do(tx)
		if a.err != nil || a.status >= http.StatusBadRequest {
			return a // nothing was done: repeated, it is looked at anew
		}
		body, err := json.Marshal(a.body)
		if err == nil {
			err = apikey.Keep(c.ctx, tx, x, apikey.Answer{Status: a.status, Body: string(body)}, c.Acts.Clock())
		}
		if err != nil {
			return broken(err)
		}
		return a
	})
}

// replayed is an answer that was given before.
func replayed(a apikey.Answer) answer { return answer{status: a.Status, body: json.RawMessage(a.Body)} }
