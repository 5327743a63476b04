package weibofake

import (
	"cmp"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Rule makes matching requests fail. Unless it is said how (Code, Status, Body
// or Drop), a request is done and answered as always, but late.
type Rule struct {
	Method  string   // empty: all
	Path    string   // a prefix, for example /2/statuses/share.json; empty: all
	Account *Account // whose token is used; nil: all
	Skip    int      // how many matching requests pass before
	Times   int      // how many fail: 0 means one, less than 0 for ever

	AfterStoring bool          // what is asked is done before it fails; else it is not done at all
	Code         int           // the answer is this error of Weibo
	Status       int           // of the answer; 0: as fits Code, or 200
	Body         string        // the answer, if not that of Code
	Header       http.Header   // added to the answer
	Drop         bool          // the connection is cut instead of an answer
	Delay        time.Duration // before the rest, AfterStoring or before; it ends when the client gives up
	Hide         time.Duration // by the fake's clock: for so long no list shows what is stored
}

// Fail makes the next matching requests fail. Rules are tried in the order they
// were given; one request meets at most one.
func (s *Server) Fail(r Rule) {
	r.Times = cmp.Or(r.Times, 1)
	s.do(func() { s.rules = append(s.rules, &r) })
}

// Heal takes all rules away.
func (s *Server) Heal() { s.do(func() { s.rules = nil }) }

// ruleOf is the rule that c meets, used up by that.
func (s *Server) ruleOf(c *call) (found *Rule) {
	s.do(func() {
		i := slices.IndexFunc(s.rules, func(r *Rule) bool { return r.matches(c) })
		if i < 0 {
			return
		}
		found = s.rules[i]
		if found.Times--; found.Times == 0 {
			s.rules = slices.Delete(s.rules, i, i+1)
		}
	})
	return found
}

func (r *Rule) matches(c *call) bool {
	if r.Method != "" && r.Method != c.r.Method || !strings.HasPrefix(c.r.URL.Path, r.Path) {
		return false
	}
	if r.Account != nil && c.owner() != r.Account.u {
		return false
	}
	if r.Skip > 0 {
		r.Skip--
		return false
	}
	return true
}

// play lets a request be done, spoiled by the rule.
func (r *Rule) play(w http.ResponseWriter, c *call, do func() (any, error)) {
	c.hide = r.Hide
	var out any
	var err error
	if r.AfterStoring {
		out, err = do()
	}
	r.wait(c)
	if !r.AfterStoring && !r.spoils() {
		out, err = do()
	}
	switch {
	case r.Drop:
		panic(http.ErrAbortHandler) // the server closes the connection
	case r.spoils():
		r.write(w, c)
	default:
		c.write(w, out, err)
	}
}

// spoils tells whether the true answer does not come.
func (r *Rule) spoils() bool { return r.Drop || r.Code != 0 || r.Status != 0 || r.Body != "" }

func (r *Rule) wait(c *call) {
	if r.Delay <= 0 {
		return
	}
	timer := time.NewTimer(r.Delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.r.Context().Done():
	}
}

func (r *Rule) write(w http.ResponseWriter, c *call) {
	for name, values := range r.Header {
		w.Header()[name] = values
	}
	if r.Code != 0 && r.Body == "" {
		c.write(w, nil, &trouble{cmp.Or(r.Status, statusOf(r.Code)), r.Code, words[r.Code], ""})
		return
	}
	w.WriteHeader(cmp.Or(r.Status, http.StatusOK))
	_, _ = io.WriteString(w, r.Body) // a client that has gone needs no answer
}
