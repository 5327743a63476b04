package sandbox

import (
	"html"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// What a server makes of a text before it shows it.
var (
	escaped  = regexp.MustCompile(`\\([!-/:-@\[-` + "`" + `{-~])`)
	tags     = regexp.MustCompile(`</?[A-Za-z][^<>]*>`)
	bareHost = regexp.MustCompile(`(^|\s)(www\.\S+)`)
	smile    = strings.NewReplacer(":-)", "🙂", ":-(", "🙁", ";-)", "😉")

	mdLink   = regexp.MustCompile(`\[([^\]\n]+)\]\((https?://[^)\s]+)\)`)
	mdSigns  = regexp.MustCompile("(\\*\\*?|__?|`)([^*_`\n]+)(\\*\\*?|__?|`)")
	mdStarts = regexp.MustCompile(`(?m)^\s*(?:#{1,6}|>|[-*+]|[0-9]+[.)])\s+`)
)

// rewrite is the text as a server shows it that cleans what it is given.
func (s *Server) rewrite(text string) string {
	if !s.options.Variant.Rewrites {
		return text
	}
	text = tags.ReplaceAllString(html.UnescapeString(escaped.ReplaceAllString(text, "$1")), "")
	return smile.Replace(bareHost.ReplaceAllString(text, "${1}http://${2}"))
}

// shows is a status as HTML, in the server's own way.
func (s *Server) shows(x *status) string {
	v := s.options.Variant
	if !v.Rewrites && (!v.Markdown || x.plain) {
		return s.content(x.text, x.entities)
	}
	text := s.rewrite(x.text)
	if !v.Markdown || x.plain {
		return s.content(text, entitiesOf(text))
	}
	text = mdStarts.ReplaceAllString(text, "")
	var out strings.Builder
	at := 0
	part := func(p string) {
		p = mdSigns.ReplaceAllString(p, "${2}")
		out.WriteString(strings.TrimSuffix(strings.TrimPrefix(s.content(p, entitiesOf(p)), "<p>"), "</p>"))
	}
	for _, m := range mdLink.FindAllStringSubmatchIndex(text, -1) {
		part(text[at:m[0]])
		out.WriteString(`<a href="` + html.EscapeString(text[m[4]:m[5]]) + `" rel="nofollow">` + html.EscapeString(text[m[2]:m[3]]) + `</a>`)
		at = m[1]
	}
	part(text[at:])
	return "<p>" + out.String() + "</p>"
}

// measured is how long a text is to this server.
func (s *Server) measured(text string) int {
	if !s.options.Variant.LinksInFull {
		return length(text)
	}
	return plainLength(text)
}

// differ spoils all requests in the ways of the variant.
func (s *Server) differ(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := s.options.Variant
		if strings.HasPrefix(r.URL.Path, "/sandbox/") {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))
		starting := false
		s.do(func() {
			if starting = s.started < v.Starting; starting {
				s.started++
			}
		})
		if starting {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = w.Write([]byte("<html><h1>Be right back</h1></html>"))
			return
		}
		if !v.ClosesConnections || strings.Contains(r.URL.Path, "/streaming") {
			next.ServeHTTP(w, r)
			return
		}
		k := &keeper{header: http.Header{}, status: http.StatusOK}
		next.ServeHTTP(k, r)
		s.hangUp(w, k)
	})
}

// hangUp answers, and closes the connection without having said so.
func (s *Server) hangUp(w http.ResponseWriter, k *keeper) {
	conn, buf, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer func() { _ = conn.Close() }()
	resp := &http.Response{StatusCode: k.status, ProtoMajor: 1, ProtoMinor: 1, Header: k.header, ContentLength: int64(k.body.Len())}
	resp.Header.Set("Date", s.now().UTC().Format(http.TimeFormat))
	resp.Body = http.NoBody
	if k.body.Len() > 0 {
		resp.Body = io.NopCloser(&k.body)
	}
	_ = resp.Write(buf)
	_ = buf.Flush()
}

// outOfOrder is when a notification comes into sight: every third is stored later than it was numbered.
func (s *Server) outOfOrder(at time.Time) time.Time {
	if s.options.Variant.LateNotifications > 0 && s.world.ids.serial%3 == 0 {
		return at.Add(s.options.Variant.LateNotifications)
	}
	return at
}
