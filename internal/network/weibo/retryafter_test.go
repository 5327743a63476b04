package weibo

import (
	"net/http"
	"testing"
	"time"

	"magpie/internal/network/networktest"
	"magpie/internal/network/weibo/weibofake"
)

// Weibo names no times, but what stands before it may: a 429 without a code of Weibo is
// by a proxy.
func TestRetryAfterInAllForms(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{})
	now := time.Now().Truncate(time.Second)
	for _, w := range networktest.Waits(now) {
		h := http.Header{"Retry-After": {w.Value}}
		d.s.Fail(weibofake.Rule{Status: http.StatusTooManyRequests, Body: "<h1>Too Many Requests</h1>", Header: h})
		_, err := d.c.Posts(t.Context(), now.Add(-time.Hour))
		w.Check(t, "Retry-After", err, now)
	}
}

// Weibo's own code goes before what a proxy adds, unless that is longer.
func TestRetryAfterBesideACode(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{})
	now := time.Now().Truncate(time.Second)
	for after, want := range map[string]time.Duration{"": time.Hour, "30": time.Hour, "soon": time.Hour, "7200": 2 * time.Hour} {
		d.s.Fail(weibofake.Rule{Code: 10022, Header: http.Header{"Retry-After": {after}}})
		_, err := d.c.Posts(t.Context(), now.Add(-time.Hour))
		networktest.Wait{Name: "10022", Value: after, For: want}.Check(t, "Retry-After", err, now)
	}
}
