package whole_test

import (
	"database/sql"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

// Each of these sticks one part of the program. While it is stuck nobody may be
// told that all is well, and everybody what it is; then all is well again.

func TestStuckPost(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	x := s.watched("shop")
	s.until("it listens", func() bool { return s.net.Streams() == 1 })
	x.well(10 * time.Second)
	s.due("first")
	s.until("it is planned", func() bool { return s.state("first") == "planned" })
	x.down()
	due := time.Now()
	x.ill(45*time.Second, "on shop has been due since", "magpie outbox show")
	if took := time.Since(due); took < 25*time.Second {
		t.Errorf("a post is called stuck %s after it was due", took)
	}
	for end := time.Now().Add(12 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if code, said := x.probe("/healthz"); code != http.StatusServiceUnavailable { // also while it is tried again
			t.Fatalf("the post is stuck still, and all is said to be well: %s\n%s", said, s.outbox())
		}
	}
	if _, numbers := x.probe("/metrics"); contains(numbers, "\nmagpie_oldest_overdue_seconds 0\n") {
		t.Errorf("the numbers say that nothing is overdue:\n%s", ours(numbers))
	}
	x.up(t)
	x.well(60 * time.Second)
	s.all(expected{steps: []string{"first"}}, "shop")
	x.stop()
}

// The answer is written, and the network does not let us look whether somebody
// has answered by hand.
func TestStuckAnswer(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	x := s.watched("shop")
	s.until("it listens", func() bool { return s.net.Streams() == 1 })
	m := s.hears("ann", "what are your hours?", "shop")
	s.until("it answers", func() bool { return len(s.answers(m, "shop")) == 1 })
	s.net.Fail(sandbox.Fault{Method: "GET", PathPrefix: "/api/v1/statuses", Times: -1,
		What: sandbox.Answer(http.StatusServiceUnavailable, "{}", nil)})
	m = s.hears("dan", "what are your hours?", "shop")
	x.ill(45*time.Second, "on shop has been due since")
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if code, said := x.probe("/healthz"); code != http.StatusServiceUnavailable {
			t.Fatalf("the answer is stuck still, and all is said to be well: %s\n%s", said, s.outbox())
		}
	}
	s.net.Heal()
	s.until("it answers", func() bool { return len(s.answers(m, "shop")) == 1 })
	x.well(10 * time.Second)
	x.stop()
}

// Whoever finds out that the token is not good any more: the stream, or a post.
func TestStuckSignedOut(t *testing.T) {
	t.Parallel()
	for _, by := range []string{"stream", "post"} {
		t.Run(by, func(t *testing.T) {
			t.Parallel()
			s := open(t, sandbox.Variant{}, "shop", "club")
			h := s.listen()
			x := s.watched("shop", "club")
			s.until("it listens", func() bool { return s.net.Streams() == 2 && s.count(`SELECT count(*) FROM selves`) == "2" })
			if by == "stream" {
				s.net.RevokeTokens("shop")
			} else {
				s.net.Fail(posting("shop", -1, sandbox.Answer(http.StatusUnauthorized, `{"error":"The access token is invalid"}`, nil)))
			}
			s.due("first")
			x.ill(20*time.Second, "the account shop is signed out", "magpie accounts login shop")
			if _, numbers := x.probe("/metrics"); !contains(numbers, `magpie_account_signed_out{account="shop",network="mastodon"} 1`,
				`magpie_account_signed_out{account="club",network="mastodon"} 0`) {
				t.Errorf("the numbers are\n%s", ours(numbers))
			}
			time.Sleep(3 * time.Second) // in which it may say it again
			if n, m := len(h.of("signed out")), x.log.says("is signed out"); n != 1 || m != 1 {
				t.Errorf("the web hook was told %d times, the log says it %d times:\n%s", n, m, &x.log)
			}
			s.net.Heal()
			s.net.AddAccount(sandbox.Account{Name: "shop", Token: "sandbox-another"})
			began := time.Now()
			if said, code := s.typed("sandbox-another\n", "accounts", "login", "shop"); code != 0 {
				t.Fatalf("login: exit %d: %s", code, said)
			}
			signedIn := time.Now()
			slow := signedIn.Sub(began) // a busy machine needs that long to ask the network once
			s.until("the post is out", func() bool { return s.state("first") == "sent" })
			if took := time.Since(signedIn); took > 2*time.Second+slow {
				t.Errorf("after a new token it took %s until the post was out", took)
			}
			x.well(10 * time.Second)
			x.stop()
		})
	}
}

// work puts a piece of work into the job engine's table behind its back.
func (s *shop) work(query string) {
	s.t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(s.dir, "magpie.db")+"?mode=rw&_busy_timeout=10000&_txlock=immediate")
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(query); err != nil {
		s.t.Fatal(err)
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
			s := open(t, sandbox.Variant{}, "shop")
			x := s.watched("shop")
			s.until("it listens", func() bool { return s.net.Streams() == 1 })
			x.well(10 * time.Second)
			s.work(`INSERT INTO river_job (kind, queue, args, max_attempts, state, scheduled_at, attempted_at, attempted_by)
				VALUES ('task', 'nobody', '{"name": "nobody", "id": "1"}', 25, ` + row + `)`)
			x.ill(10*time.Second, "a job", "no process works on it")
			s.work(`DELETE FROM river_job WHERE queue = 'nobody'`)
			x.well(10 * time.Second)
			x.stop()
		})
	}
}

// The disk that is nearly full is the database's, not that of the workspace.
func TestStuckDisk(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	disk := s.small()
	x := s.watched("shop")
	s.until("it listens", func() bool { return s.net.Streams() == 1 })
	x.ill(5*time.Second, "the disk of ", "is nearly full: ", " MB left")
	if out, err := exec.Command("mount", "-o", "remount,size=1G", disk).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	x.well(5 * time.Second)
	x.stop()
}

// The network's clock and ours differ by an hour.
func TestStuckClock(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	x := s.watched("shop")
	s.until("it listens", func() bool { return s.net.Streams() == 1 })
	x.well(10 * time.Second)
	x.tell(time.Hour)
	m := s.hears("ann", "what are your hours?", "shop")
	s.until("it answers", func() bool { return len(s.answers(m, "shop")) == 1 })
	x.ill(5*time.Second, "clock", "differ")
	if _, said := x.probe("/metrics"); !strings.Contains(said, "\nmagpie_clock_skew_seconds 3") {
		t.Errorf("the numbers are\n%s", ours(said))
	}
	x.tell(0)
	m = s.hears("bob", "what are your hours?", "shop")
	s.until("it answers", func() bool { return len(s.answers(m, "shop")) == 1 })
	x.well(5 * time.Second)
	x.stop()
}
