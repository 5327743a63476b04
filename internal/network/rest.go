package network

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// longestRest is how long a network is left alone at most because of one answer: a time that is further away is a mistake of the server.
const longestRest = 25 * time.Hour

// Rest reads until when a server wants to be left alone: Retry-After (RFC 9110, 10.2.3: seconds or a date), and the header that
// says when its rate limit begins anew. wait is a span, where the server gave one or its own clock; after is an instant by a
// clock that is not told. Both are zero where nothing that can be read is said; the later of the two counts.
func Rest(h http.Header, reset string) (after time.Time, wait time.Duration) {
	after, wait = instant(h, "Retry-After")
	at, span := instant(h, reset)
	if at.After(after) {
		after = at
	}
	return after, max(wait, span)
}

// Reset is when a rate limit begins anew; zero if the header does not tell.
func Reset(h http.Header, name string) time.Time {
	at, wait := instant(h, name)
	if at.IsZero() && wait > 0 {
		if now, err := http.ParseTime(h.Get("Date")); err == nil {
			return now.Add(wait)
		}
	}
	return at
}

// instant reads a time in any of the forms that servers use: RFC 3339, the date of HTTP, seconds or milliseconds since 1970, or seconds
// from now. A date of HTTP is held against the server's own clock, where the answer has it.
func instant(h http.Header, name string) (at time.Time, wait time.Duration) {
	value := strings.TrimSpace(h.Get(name))
	if value == "" {
		return at, 0
	}
	if n, err := strconv.ParseFloat(value, 64); err == nil {
		return number(n)
	}
	if t, err := time.Parse(time.RFC3339Nano, value); err == nil {
		return t, 0
	}
	t, err := http.ParseTime(value)
	if err != nil {
		return at, 0
	}
	if now, err := http.ParseTime(h.Get("Date")); err == nil {
		return at, min(max(t.Sub(now), 0), longestRest)
	}
	return t, 0
}

func number(n float64) (at time.Time, wait time.Duration) {
	switch {
	case !(n > 0) || n > 1e14:
		return at, 0
	case n >= 1e11:
		return time.UnixMilli(int64(n)), 0
	case n >= 1e8:
		return time.UnixMilli(int64(n * 1000)), 0
	}
	return at, min(time.Duration(n*float64(time.Second)), longestRest)
}
