package xfake

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// Request is what a client asked, without secrets.
type Request struct {
	Method, Path string
	Query        url.Values
	Body         string // JSON as it came; of forms and uploads only what is no secret and no file
	Auth         string // "oauth1", "oauth2", "app", "basic" or ""
	Account      string // whose token it is
	Status       int    // of the answer; 0 where none was given
}

// record keeps every request, with its answer's status.
func (s *Server) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		x := &Request{Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Body: readable(r, body)}
		s.do(func() {
			x.Auth, x.Account = s.caller(r)
			s.log = append(s.log, x)
		})
		next.ServeHTTP(&statusKeeper{ResponseWriter: w, keep: func(status int) { s.do(func() { x.Status = status }) }}, r)
	})
}

// readable is a body that may be shown.
func readable(r *http.Request, body []byte) string {
	kind, p, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/x-www-form-urlencoded":
		form, _ := url.ParseQuery(string(body)) // what can't be read is not shown
		return "grant_type=" + form.Get("grant_type")
	case "multipart/form-data":
		return fmt.Sprintf("multipart, %d parts, %d bytes", strings.Count(string(body), "--"+p["boundary"])-1, len(body))
	}
	return string(body)
}

// caller is who seems to call.
func (s *Server) caller(r *http.Request) (auth, account string) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	var who *user
	switch g := s.login.access[token]; {
	case scheme == "Basic":
		return "basic", ""
	case scheme == "OAuth":
		auth = "oauth1"
		if k := s.login.keys[oauthParams(token).Get("oauth_token")]; k != nil {
			who = k.account
		}
	case scheme == "Bearer" && token == s.login.app:
		return "app", ""
	case g != nil:
		auth, who = "oauth2", g.account
	}
	if who != nil {
		account = who.name
	}
	return auth, account
}

func (s *Server) isBy(r *http.Request, account string) bool {
	if account == "" {
		return true
	}
	_, name := s.caller(r)
	return strings.EqualFold(name, account)
}

// statusKeeper remembers an answer's status.
type statusKeeper struct {
	http.ResponseWriter
	keep func(int)
}

func (k *statusKeeper) WriteHeader(status int) {
	k.keep(status)
	k.ResponseWriter.WriteHeader(status)
}

// Unwrap lets streams flush.
func (k *statusKeeper) Unwrap() http.ResponseWriter { return k.ResponseWriter }
