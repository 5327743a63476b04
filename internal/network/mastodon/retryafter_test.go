package mastodon

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"magpie/internal/network/networktest"
)

// tooMany is a client of a server that answers 429 with these headers, and the error.
func tooMany(t *testing.T, headers map[string]string) (*client, error) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for name, value := range headers {
			w.Header().Set(name, value)
		}
		http.Error(w, `{"error":"Too many requests"}`, http.StatusTooManyRequests)
	}))
	t.Cleanup(server.Close)
	c := newClient(t, server.URL)
	t.Cleanup(c.settings.HTTP.CloseIdleConnections)
	_, err := c.Verify(t.Context())
	return c, err
}

// Servers of Mastodon's API, and the proxies before them, say in many ways when they
// may be asked again.
func TestRetryAfterInAllForms(t *testing.T) {
	t.Parallel()
	now := time.Now().Truncate(time.Second)
	for _, w := range networktest.Waits(now) {
		_, err := tooMany(t, map[string]string{"Retry-After": w.Value})
		w.Check(t, "Retry-After", err, now)
		c, err := tooMany(t, map[string]string{"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": w.Value})
		w.Check(t, "X-RateLimit-Reset", err, now)
		if q := c.Quota(); q.Limit != 300 || w.Until && !q.Reset.Truncate(time.Second).Equal(now.Add(w.For)) {
			t.Errorf("%s (%s): quota %+v", w.Name, w.Value, q)
		}
	}
}

// Where a server says both, the later one counts.
func TestRetryAfterBesideReset(t *testing.T) {
	t.Parallel()
	now := time.Now().Truncate(time.Second)
	soon, later := now.Add(10*time.Minute).UTC(), now.Add(time.Hour).UTC()
	want := networktest.Wait{Name: "both", For: time.Hour, Until: true}
	for after, reset := range map[string]string{
		"3600": soon.Format(time.RFC3339), "600": later.Format(time.RFC3339), later.Format(http.TimeFormat): soon.Format(time.RFC3339Nano),
		"soon": later.Format(time.RFC3339), later.Format(time.RFC3339): "soon",
	} {
		_, err := tooMany(t, map[string]string{"Retry-After": after, "X-RateLimit-Reset": reset})
		want.Value = after + ", " + reset
		want.Check(t, "Retry-After and X-RateLimit-Reset", err, now)
	}
}
