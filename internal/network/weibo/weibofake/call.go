package weibofake

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxBody is how much of a body is read; a picture may have 5 MB.
const maxBody = 32 << 20

// call is one request.
type call struct {
	s        *Server
	r        *http.Request
	route    route
	params   url.Values // of the query and the body
	pictures []picture
	token    string
	me       *user         // whose token it is; nil for none
	bad      error         // what is wrong before anything is done
	hide     time.Duration // for how long what is stored does not show
}

func (c *call) get(name string) string { return c.params.Get(name) }

// number is a parameter, its default, and at most limit (0: no limit).
func (c *call) number(name string, standard, limit int) int {
	n, err := strconv.Atoi(c.get(name))
	if err != nil || n <= 0 {
		n = standard
	}
	if limit > 0 {
		n = min(n, limit)
	}
	return n
}

// id is an id among the parameters; 0 if there is none.
func (c *call) id(name string) (int64, error) {
	text := c.get(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, invalid(name, "int64", text)
	}
	return n, nil
}

// need are parameters that must be there.
func (c *call) need(names ...string) error {
	for _, name := range names {
		if c.get(name) == "" {
			return problemf(10016, "Miss required parameter (%s) , see doc for more info!", name)
		}
	}
	return nil
}

// read takes a request apart. A token in the address is a mistake of the
// caller's program, never to be made: addresses are written down everywhere.
func (s *Server) read(w http.ResponseWriter, r *http.Request) *call {
	query := r.URL.Query()
	c := &call{s: s, r: r, params: r.URL.Query()}
	c.route, c.bad = s.find(r)
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := c.readBody(); err != nil && c.bad == nil {
		c.bad = err
	}
	for _, secret := range []string{"access_token", "client_secret"} {
		if query.Has(secret) {
			s.t.Errorf("weibofake: %s %s has the %s in its address", r.Method, r.URL.Path, secret)
			c.bad = problem(10012)
		}
	}
	c.token = c.get("access_token")
	if scheme, text, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "OAuth2") {
		c.token = strings.TrimSpace(text)
	}
	return c
}

func (c *call) readBody() error {
	kind, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if kind == "multipart/form-data" {
		return c.readParts()
	}
	body, err := io.ReadAll(c.r.Body)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return problem(10018)
	}
	if err != nil {
		return problem(10012)
	}
	if kind != "application/x-www-form-urlencoded" {
		if len(body) > 0 {
			return problemf(10007, "Unsupport mediatype (%s)!", kind)
		}
		return nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return problem(10008)
	}
	c.add(form)
	return nil
}

func (c *call) add(form url.Values) {
	for name, values := range form {
		c.params[name] = append(c.params[name], values...)
	}
}
