package health_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// All that operators look at is there while all is well.
func TestHealthy(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop", "club")
	s.Due("first")
	x := s.Watched("shop", "club")
	x.Becomes(http.StatusOK, "/readyz", 20*time.Second)
	s.Until("the post is out", func() bool { return s.State("first") == "sent" })
	s.Until("it listens", func() bool { return s.Net.Streams() == 2 })
	x.Well(5 * time.Second)
	_, said := x.Probe("/healthz")
	if !kit.Contains(said, `"ok": true`, `"next_due": "2`, `"last_out": "2`, `"machines": 1`, `"stream": "open"`, `"disk_free_bytes": `,
		`"clock_skew_seconds": `, `"oldest_overdue_seconds": 0`, `"queue"`) {
		t.Errorf("healthz says %s", said)
	}
	_, numbers := x.Probe("/metrics")
	for _, name := range []string{"next_due_timestamp_seconds", "last_out_timestamp_seconds", "oldest_overdue_seconds 0",
		"queue_oldest_seconds", "clock_skew_seconds", "disk_free_bytes", "machines 1", "revision",
		`account_signed_out{account="shop",network="mastodon"} 0`, `account_stream_open{account="club",network="mastodon"} 1`,
		`account_held{account="shop",network="mastodon"} 1`, `account_read_timestamp_seconds{account="shop"`} {
		if !strings.Contains(numbers, "\nmagpie_"+name) {
			t.Errorf("magpie_%s is missing:\n%s", name, kit.Ours(numbers))
		}
	}
	if visit := s.Must("doctor"); !kit.Contains(visit, "next due: ", "last out: ", " UTC", "1 running on this database", "GB are left", "jobs: ",
		"the server's differ by less than a second") {
		t.Errorf("the doctor says\n%s", visit)
	}
	for _, path := range []string{"/healthz", "/metrics"} {
		if _, said := x.Probe(path); strings.Contains(said, "sandbox-shop") {
			t.Errorf("%s shows a token", path)
		}
	}
	x.Stop()
}
