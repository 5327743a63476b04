package x

import (
	"net/http"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/networktest"
	"magpie/internal/network/x/xfake"
)

// X names its limits in unix seconds; what stands before it says in many ways when it
// may be asked again.
func TestRetryAfterInAllForms(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	s := r.seal(network.Draft{Text: "x"})
	now := time.Now().Truncate(time.Second)
	refused := func(h http.Header) error {
		r.s.Fail(xfake.Rule{Method: "POST", Path: "/2/tweets", Status: 429, Header: h, Body: xfake.Problem(429, "", "Too Many Requests")})
		_, err := r.c.Publish(t.Context(), s)
		return err
	}
	for _, w := range networktest.Waits(now) {
		w.Check(t, "Retry-After", refused(http.Header{"Retry-After": {w.Value}}), now)
		for _, set := range []string{"X-Rate-Limit-", "X-User-Limit-24hour-", "X-App-Limit-24hour-"} {
			w.Check(t, set+"Reset", refused(http.Header{set + "Limit": {"100"}, set + "Remaining": {"0"}, set + "Reset": {w.Value}}), now)
			if q := r.c.Quota(); q.Limit != 100 || w.Until && !q.Reset.Truncate(time.Second).Equal(now.Add(w.For)) {
				t.Errorf("%s: %s (%s): quota %+v", set, w.Name, w.Value, q)
			}
		}
	}
}
