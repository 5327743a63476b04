package x

import (
	"strings"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

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
		reason := network.Refused
		if want == "400" { // no word of X's own
			reason = network.Busy
		}
		if r.fails(err, reason, want); len(err.Error()) > 500 || strings.Contains(err.Error(), "\n") {
			t.Errorf("%d bytes: %v", len(err.Error()), err)
		}
	}
}
