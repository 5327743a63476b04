package weibofake

import (
	"net/url"
	"time"
)

// Request is what a client asked of the fake.
type Request struct {
	Method  string
	Path    string
	Query   url.Values // of the address
	Form    url.Values // of the address and the body, without tokens and secrets
	Account string     // the name of the account whose token came with it
	Picture int        // bytes of the pictures
	At      time.Time
}

// day is a path and an account's day in Beijing; no path: all paths.
type day struct {
	user int64
	path string
	date string
}

func dayOf(u *user, path string, at time.Time) day {
	return day{u.id, path, at.In(beijing).Format(time.DateOnly)}
}

// record writes a request down, and counts it, whatever becomes of it.
func (s *Server) record(c *call) {
	x := Request{Method: c.r.Method, Path: c.r.URL.Path, Query: c.r.URL.Query(), Form: url.Values{}, At: s.now()}
	for name, values := range c.params {
		if name != "access_token" && name != "client_secret" {
			x.Form[name] = values
		}
	}
	for _, p := range c.pictures {
		x.Picture += len(p.data)
	}
	if u := c.owner(); u != nil {
		x.Account = u.name
		s.used[dayOf(u, "", x.At)]++
		s.used[dayOf(u, x.Path, x.At)]++
	}
	s.log = append(s.log, x)
}

// owner is whose token came with the call, valid or not.
func (c *call) owner() *user {
	if t := c.s.tokens[c.token]; t != nil {
		return t.user
	}
	return nil
}

// Requests are all that came, the oldest first.
func (s *Server) Requests() (all []Request) {
	s.do(func() { all = append(all, s.log...) })
	return all
}

// Count is how many requests of a path came.
func (s *Server) Count(path string) (n int) {
	for _, r := range s.Requests() {
		if r.Path == path {
			n++
		}
	}
	return n
}

// Calls is how many requests came with the account's token on the day of that
// instant in Beijing, failed ones and those beyond the quota included.
func (a *Account) Calls(at time.Time) (n int) {
	a.s.do(func() { n = a.s.used[dayOf(a.u, "", at)] })
	return n
}
