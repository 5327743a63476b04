package mastodon

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"magpie/internal/network"
)

// A page with millions of empty entries is no reason to take a gigabyte.
func TestPageOfNothing(t *testing.T) {
	page := []byte("[" + strings.Repeat("{},", 2_600_000) + "{}]")
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "/verify_credentials") {
			_, _ = w.Write([]byte(`{"id":"1","acct":"pomelo","username":"pomelo"}`))
			return
		}
		_, _ = w.Write(page)
	}))
	defer s.Close()
	c := newClient(t, s.URL)
	_, err := c.Verify(t.Context())
	must(t, err)
	for name, read := range map[string]func() error{
		"events":    func() error { _, _, err := c.Events(t.Context(), "5"); return err },
		"followers": func() error { _, _, err := c.Followers(t.Context(), ""); return err },
		"posts":     func() error { _, err := c.Posts(t.Context(), time.Now()); return err },
		"find": func() error {
			_, _, err := c.Find(t.Context(), network.Sealed{Text: "x"}, time.Now(), func(string) bool { return false })
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := read()
			runtime.ReadMemStats(&after)
			if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 300 {
				t.Errorf("a page of 8 MB takes %d MB (%v)", took, err)
			}
		})
	}
}
