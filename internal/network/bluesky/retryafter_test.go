package bluesky

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/networktest"
)

// tooMany is a client of a server that answers 429 with these headers, and the error.
func tooMany(t *testing.T, headers map[string]string) (network.Client, error) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for name, value := range headers {
			w.Header().Set(name, value)
		}
		http.Error(w, `{"error":"RateLimitExceeded","message":"Rate Limit Exceeded"}`, http.StatusTooManyRequests)
	}))
	t.Cleanup(server.Close)
	set := network.Settings{Server: server.URL, Handle: "pomelo.test", Secret: "secret", HTTP: network.HTTPClient(10 * time.Second)}
	t.Cleanup(set.HTTP.CloseIdleConnections)
	c, err := Kind().Open(set)
	must(t, err)
	_, err = c.Verify(t.Context())
	return c, err
}

// Servers of other makers, and the proxies before all of them, say in many ways when
// they may be asked again.
func TestRetryAfterInAllForms(t *testing.T) {
	t.Parallel()
	now := time.Now().Truncate(time.Second)
	for _, w := range networktest.Waits(now) {
		_, err := tooMany(t, map[string]string{"Retry-After": w.Value})
		w.Check(t, "Retry-After", err, now)
		c, err := tooMany(t, map[string]string{"RateLimit-Limit": "30", "RateLimit-Remaining": "0", "RateLimit-Reset": w.Value})
		w.Check(t, "RateLimit-Reset", err, now)
		if q := c.Quota(); q.Limit != 30 || w.Until && !q.Reset.Truncate(time.Second).Equal(now.Add(w.For)) {
			t.Errorf("%s (%s): quota %+v", w.Name, w.Value, q)
		}
	}
}
