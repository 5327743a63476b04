package health_test

import (
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// Each of these sticks one part of the program. While it is stuck nobody may be
// told that all is well, and everybody what it is; then all is well again.

func TestStuckPost(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	x := s.Watched("shop")
	s.Until("it listens", func() bool { return s.Net.Streams() == 1 })
	x.Well(10 * time.Second)
	s.Due("first")
	s.Until("it is planned", func() bool { return s.State("first") == "planned" })
	x.Down()
	due := time.Now()
	x.Ill(45*time.Second, "on shop has been due since", "magpie outbox show")
	if took := time.Since(due); took < 25*time.Second {
		t.Errorf("a post is called stuck %s after it was due", took)
	}
	kit.Throughout(12*time.Second, func() {
		if code, said := x.Probe("/healthz"); code != http.StatusServiceUnavailable { // also while it is tried again
			t.Fatalf("the post is stuck still, and all is said to be well: %s\n%s", said, s.Outbox())
		}
	})
	if _, numbers := x.Probe("/metrics"); kit.Contains(numbers, "\nmagpie_oldest_overdue_seconds 0\n") {
		t.Errorf("the numbers say that nothing is overdue:\n%s", kit.Ours(numbers))
	}
	x.Up(t)
	x.Well(60 * time.Second)
	s.All(kit.Expected{Steps: []string{"first"}}, "shop")
	x.Stop()
}

// The answer is written, and the network does not let us look whether somebody
// has answered by hand.
func TestStuckAnswer(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	x := s.Watched("shop")
	s.Until("it listens", func() bool { return s.Net.Streams() == 1 })
	m := s.Hears("ann", "what are your hours?", "shop")
	s.Until("it answers", func() bool { return len(s.Answers(m, "shop")) == 1 })
	s.Net.Fail(sandbox.Fault{Method: "GET", PathPrefix: "/api/v1/statuses", Times: -1,
		What: sandbox.Answer(http.StatusServiceUnavailable, "{}", nil)})
	m = s.Hears("dan", "what are your hours?", "shop")
	x.Ill(45*time.Second, "on shop has been due since")
	kit.Throughout(10*time.Second, func() {
		if code, said := x.Probe("/healthz"); code != http.StatusServiceUnavailable {
			t.Fatalf("the answer is stuck still, and all is said to be well: %s\n%s", said, s.Outbox())
		}
	})
	s.Net.Heal()
	s.Until("it answers", func() bool { return len(s.Answers(m, "shop")) == 1 })
	x.Well(10 * time.Second)
	x.Stop()
}

// Whoever finds out that the token is not good any more: the stream, or a post.
func TestStuckSignedOut(t *testing.T) {
	t.Parallel()
	for _, by := range []string{"stream", "post"} {
		t.Run(by, func(t *testing.T) {
			t.Parallel()
			s := kit.Open(t, sandbox.Variant{}, "shop", "club")
			h := s.Listen()
			x := s.Watched("shop", "club")
			s.Until("it listens", func() bool { return s.Net.Streams() == 2 && s.Count(`SELECT count(*) FROM selves`) == "2" })
			if by == "stream" {
				s.Net.RevokeTokens("shop")
			} else {
				s.Net.Fail(kit.Posting("shop", -1, sandbox.Answer(http.StatusUnauthorized, `{"error":"The access token is invalid"}`, nil)))
			}
			s.Due("first")
			x.Ill(20*time.Second, "the account shop is signed out", "magpie accounts login shop")
			if _, numbers := x.Probe("/metrics"); !kit.Contains(numbers, `magpie_account_signed_out{account="shop",network="mastodon"} 1`,
				`magpie_account_signed_out{account="club",network="mastodon"} 0`) {
				t.Errorf("the numbers are\n%s", kit.Ours(numbers))
			}
			kit.Span(3 * time.Second) // in which it may say it again
			if n, m := len(h.Of("signed out")), x.Log.Says("is signed out"); n != 1 || m != 1 {
				t.Errorf("the web hook was told %d times, the log says it %d times:\n%s", n, m, &x.Log)
			}
			s.Net.Heal()
			s.Net.AddAccount(sandbox.Account{Name: "shop", Token: "sandbox-another"})
			began := time.Now()
			if said, code := s.Typed("sandbox-another\n", "accounts", "login", "shop"); code != 0 {
				t.Fatalf("login: exit %d: %s", code, said)
			}
			signedIn := time.Now()
			slow := signedIn.Sub(began) // a busy machine needs that long to ask the network once
			s.Until("the post is out", func() bool { return s.State("first") == "sent" })
			if took := time.Since(signedIn); took > 2*time.Second+slow {
				t.Errorf("after a new token it took %s until the post was out", took)
			}
			x.Well(10 * time.Second)
			x.Stop()
		})
	}
}

// Work that nobody takes, and work that counts as taken and that nobody does.
func TestStuckWork(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]string{
		"waits": `'available', strftime('%Y-%m-%d %H:%M:%f', 'now', '-2 minutes'), NULL, NULL`,
		"runs":  `'running', strftime('%Y-%m-%d %H:%M:%f', 'now', '-12 minutes'), strftime('%Y-%m-%d %H:%M:%f', 'now', '-12 minutes'), '["nobody"]'`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.Open(t, sandbox.Variant{}, "shop")
			x := s.Watched("shop")
			s.Until("it listens", func() bool { return s.Net.Streams() == 1 })
			x.Well(10 * time.Second)
			s.Work(`INSERT INTO river_job (kind, queue, args, max_attempts, state, scheduled_at, attempted_at, attempted_by)
				VALUES ('task', 'nobody', '{"name": "nobody", "id": "1"}', 25, ` + row + `)`)
			x.Ill(10*time.Second, "a job", "no process works on it")
			s.Work(`DELETE FROM river_job WHERE queue = 'nobody'`)
			x.Well(10 * time.Second)
			x.Stop()
		})
	}
}

// The disk that is nearly full is the database's, not that of the workspace.
func TestStuckDisk(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	disk := s.Small()
	x := s.Watched("shop")
	s.Until("it listens", func() bool { return s.Net.Streams() == 1 })
	x.Ill(5*time.Second, "the disk of ", "is nearly full: ", " MB left")
	if out, err := exec.Command("mount", "-o", "remount,size=1G", disk).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	x.Well(5 * time.Second)
	x.Stop()
}

// The network's clock and ours differ by an hour.
func TestStuckClock(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	x := s.Watched("shop")
	s.Until("it listens", func() bool { return s.Net.Streams() == 1 })
	x.Well(10 * time.Second)
	x.Tell(time.Hour)
	m := s.Hears("ann", "what are your hours?", "shop")
	s.Until("it answers", func() bool { return len(s.Answers(m, "shop")) == 1 })
	x.Ill(5*time.Second, "clock", "differ")
	if _, said := x.Probe("/metrics"); !strings.Contains(said, "\nmagpie_clock_skew_seconds 3") {
		t.Errorf("the numbers are\n%s", kit.Ours(said))
	}
	x.Tell(0)
	m = s.Hears("bob", "what are your hours?", "shop")
	s.Until("it answers", func() bool { return len(s.Answers(m, "shop")) == 1 })
	x.Well(5 * time.Second)
	x.Stop()
}
