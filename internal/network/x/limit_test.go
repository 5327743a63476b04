package x

import (
	"net/http"
	"strconv"
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
		r.s.Fail(xfake.Rule{Method: "POST", Path: "/2/tweets", Status: 429, Header: limitHeaders(c.sets),
			Body: xfake.Problem(429, "", "Too Many Requests")})
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
