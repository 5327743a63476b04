package x

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

// A limit that is used up is waited for until it ends: the window's, the day's of
// the user or of the app, whatever ends last.
func TestLimits(t *testing.T) {
	t.Parallel()
	window, day := 15*time.Minute, 24*time.Hour
	for name, o := range map[string]struct {
		limits, days map[string]int
		want         time.Duration
	}{
		"window": {map[string]int{"POST /2/tweets": 1}, nil, window},
		"day":    {nil, map[string]int{"POST /2/tweets": 1}, day},
		"both":   {map[string]int{"POST /2/tweets": 1}, map[string]int{"POST /2/tweets": 1}, day},
	} {
		now := newClock()
		r := newRig(t, xfake.Options{Clock: now.now, Limits: o.limits, DayLimits: o.days, TokenLife: 99 * time.Hour})
		r.publish(network.Draft{Text: "one"})
		q := r.c.Quota()
		if q.Limit != 1 || q.Remaining != 0 || !q.Reset.Equal(now.now().Add(o.want)) {
			t.Errorf("%s: %+v", name, q)
		}
		_, err := r.try(network.Draft{Text: "two"})
		f := r.fails(err, network.Busy)
		if !f.After.Equal(now.now().Add(o.want)) {
			t.Errorf("%s: after %v, want %v", name, f.After, now.now().Add(o.want))
		}
		now.pass(f.After.Sub(now.now()))
		r.publish(network.Draft{Text: "two"})
	}
}

// headers are those of rate limits, as name, remaining, seconds from 10:00 on.
func limitHeaders(sets map[string][2]int) http.Header {
	h := http.Header{}
	for name, x := range sets {
		h.Set(name+"limit", "100")
		h.Set(name+"remaining", strconv.Itoa(x[0]))
		h.Set(name+"reset", strconv.Itoa(1_800_000_000+x[1]))
	}
	return h
}

// Of several limits that are used up the last to end counts.
func TestDailyLimits(t *testing.T) {
	t.Parallel()
	const window, user, app = "x-rate-limit-", "x-user-limit-24hour-", "x-app-limit-24hour-"
	for name, c := range map[string]struct {
		sets map[string][2]int
		want int // 0: no time
	}{
		"window only":    {map[string][2]int{window: {0, 9}}, 9},
		"day left":       {map[string][2]int{window: {0, 9}, user: {5, 99}, app: {5, 88}}, 9},
		"user's day":     {map[string][2]int{window: {5, 9}, user: {0, 99}}, 99},
		"app's day":      {map[string][2]int{window: {5, 9}, user: {3, 99}, app: {0, 88}}, 88},
		"app later":      {map[string][2]int{window: {0, 9}, user: {0, 77}, app: {0, 88}}, 88},
		"user later":     {map[string][2]int{window: {0, 9}, user: {0, 99}, app: {0, 88}}, 99},
		"nothing is out": {map[string][2]int{window: {5, 9}, user: {5, 99}}, 0},
	} {
		r := boundless(t)
		s := r.seal(network.Draft{Text: "x"})
		r.s.Fail(xfake.Rule{Method: "POST", Path: "/2/tweets", Status: 429, Header: limitHeaders(c.sets), Body: xfake.Problem(429, "", "Too Many Requests")})
		_, err := r.c.Publish(t.Context(), s)
		f := r.fails(err, network.Busy, "Too Many Requests")
		if c.want == 0 != f.After.IsZero() || c.want != 0 && f.After.Unix() != int64(1_800_000_000+c.want) {
			t.Errorf("%s: after %v", name, f.After)
		}
	}
}

// Where X names no time, or says seconds, that is passed on; rubbish is nothing.
func TestNoTimes(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]time.Duration{"": 0, "30": 30 * time.Second, "soon": 0, "-5": 0} {
		r := boundless(t)
		s := r.seal(network.Draft{Text: "x"})
		h := http.Header{"X-Rate-Limit-Limit": {"rubbish"}, "X-Rate-Limit-Reset": {"rubbish"}}
		if header != "" {
			h.Set("Retry-After", header)
		}
		r.s.Fail(xfake.Rule{Method: "POST", Path: "/2/tweets", Status: 429, Header: h})
		_, err := r.c.Publish(t.Context(), s)
		if f := r.fails(err, network.Busy, "429"); !f.After.IsZero() || want > 0 && f.Wait != want || f.Wait < 0 {
			t.Errorf("%q: after %v, wait %v", header, f.After, f.Wait)
		}
		r.publish(network.Draft{Text: "x"})
	}
}

// Without credits everything waits, and a person is told what to do; nothing is lost.
func TestNoCredits(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	s := r.seal(network.Draft{Text: "x"})
	r.s.SetCredits(0)
	_, err := r.c.Publish(t.Context(), s)
	if f := r.fails(err, network.Busy, "credits", "console"); f.Wait < 5*time.Minute {
		t.Errorf("wait %v", f.Wait)
	}
	_, err = r.c.Verify(t.Context())
	r.fails(err, network.Busy, "credits")
	r.s.SetCredits(1_000_000)
	_, err = r.c.Publish(t.Context(), s)
	r.ok(err)
}

// The same by X's other words: a cap of reads, a cap of spending.
func TestUsageCapped(t *testing.T) {
	t.Parallel()
	for status, kind := range map[int]string{429: "usage-capped", 403: "credits", 402: "credits"} {
		r := boundless(t)
		s := r.seal(network.Draft{Text: "x"})
		h := limitHeaders(map[string][2]int{"x-rate-limit-": {99, 5}})
		body := xfake.Problem(status, kind, "Spend cap reached")
		r.s.Fail(xfake.Rule{Status: status, Header: h, Body: body, Times: 2})
		_, err := r.c.Publish(t.Context(), s)
		if f := r.fails(err, network.Busy, "console", "Spend cap reached"); !f.After.IsZero() || f.Wait < 5*time.Minute {
			t.Errorf("%d: after %v, wait %v", status, f.After, f.Wait)
		}
		_, err = r.c.Verify(t.Context())
		r.fails(err, network.Busy)
		_, err = r.c.Publish(t.Context(), s)
		r.ok(err)
	}
}

// Quota is about posts: reading, messages and uploads have limits of their own.
func TestQuotaIsAboutPosts(t *testing.T) {
	t.Parallel()
	r := newRig(t, xfake.Options{})
	if q := r.c.Quota(); q.Limit != 0 {
		t.Errorf("before anything was said: %+v", q)
	}
	ann := r.s.Person("ann")
	ann.Message("brand", "psst")
	r.publish(network.Draft{Text: "hello"})
	want := r.c.Quota()
	if want.Limit != 100 || want.Remaining != 99 {
		t.Errorf("%+v", want)
	}
	for range 10 {
		r.drained("")
	}
	d := network.Draft{Text: "hi", Direct: true, To: &network.Person{ID: ann.ID()}}
	for range 12 {
		d.Text += "!"
		r.publish(d)
	}
	r.seal(network.Draft{Text: "x", Images: []network.Image{photo(t, 1, "alt")}})
	if q := r.c.Quota(); q != want {
		t.Errorf("%+v, want %+v", q, want)
	}
}

// The words of trouble are X's own, one line, and not too long.
func TestWords(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"errors":[{"code":88,"message":"Rate limit\nexceeded"}]}`:                                                "Rate limit exceeded",
		`{"title":"Invalid Request","detail":"One or more parameters was invalid.","errors":[{"message":"text"}]}`: "text",
		`{"title":"Forbidden"}`:                         "Forbidden",
		`{"detail":"` + strings.Repeat("柚", 999) + `"}`: "柚柚",
		"<html>rubbish":                                 "400",
		`{"errors":{"a":1},"detail":"shape"}`:           "",
	} {
		r := boundless(t)
		s := r.seal(network.Draft{Text: "x"})
		r.s.Fail(xfake.Rule{Status: 400, Body: body})
		_, err := r.c.Publish(t.Context(), s)
		if r.fails(err, network.Refused, want); len(err.Error()) > 500 || strings.Contains(err.Error(), "\n") {
			t.Errorf("%d bytes: %v", len(err.Error()), err)
		}
	}
}
