package whole_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

// posting is a fault of posting a status.
func posting(account string, times int, e sandbox.Effect) sandbox.Fault {
	return sandbox.Fault{Method: "POST", PathPrefix: "/api/v1/statuses", Account: account, Times: times, What: e}
}

// due makes public posts of the shop due now, each from the template of its name.
func (s *shop) due(steps ...string) {
	text := "title: Now\nsteps:\n"
	for _, step := range steps {
		text += "  " + step + ": {accounts: [shop], at: " + at(2*time.Second) + ", say: " + step + "}\n"
	}
	s.write("campaigns/now.yaml", text)
}

// asked is how often the server was asked to store a post.
func (s *shop) asked() int {
	return count(s.net.Requests(), func(r sandbox.Request) bool { return r.Method == "POST" && r.Path == "/api/v1/statuses" })
}

// all waits until network and database are as they should be in the end.
func (s *shop) all(want expected, accounts ...string) {
	s.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end) && len(differences(s.timeline(accounts...), s.ledger(), want,
		time.Now())) > 0; {
		s.attend()
		time.Sleep(50 * time.Millisecond)
	}
	s.check(want, accounts...)
}

// Killed between “stored by the server” and “recorded by us”.
func TestKilledWhileTheAnswerIsOutstanding(t *testing.T) {
	t.Parallel()
	for name, v := range servers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, v, "shop")
			s.once()
			s.net.Fail(posting("shop", 2, sandbox.StallAfterStore(time.Minute)))
			s.due("first")
			p := s.start()
			m, _ := s.net.Status(s.net.Person("dan").Say("a deal please", "shop"))
			s.until("both are stored", func() bool { return len(s.timeline("shop")) == 2 })
			if n := s.count(`SELECT count(*) FROM posts WHERE state = 'sending'`); n != "2" {
				t.Fatalf("%s posts are sending, not 2:\n%s", n, s.outbox())
			}
			p.kill()
			p = s.start()
			want := expected{steps: []string{"first"}, answered: []sandbox.Status{m}, codes: []string{"dan"}}
			s.all(want, "shop")
			p.stop()
			s.check(want, "shop")
			if n := s.asked(); n != 2 {
				t.Errorf("it was posted %d times, though looking was enough", n)
			}
		})
	}
}

// The server stores what was sent only after the program that sent it is dead,
// and after its successor has looked for the first time.
func TestStoredAfterDeath(t *testing.T) {
	t.Parallel()
	for name, v := range servers {
		for _, late := range []time.Duration{700 * time.Millisecond, 1600 * time.Millisecond, 2500 * time.Millisecond} {
			t.Run(name+"/"+late.String(), func(t *testing.T) {
				t.Parallel()
				s := open(t, v, "shop")
				s.write("magpie.yaml", "settle: 2s\n")
				s.once()
				s.net.Fail(posting("shop", 1, sandbox.Delay(late)))
				s.due("first")
				p := s.start()
				s.until("the post is on its way", func() bool { return s.asked() == 1 })
				p.kill()
				if len(s.timeline("shop")) != 0 {
					t.Fatal("the server was too fast for this test")
				}
				p = s.start()
				s.until("the server has stored it", func() bool { return len(s.timeline("shop")) > 0 })
				s.all(expected{steps: []string{"first"}}, "shop")
				p.stop()
				s.check(expected{steps: []string{"first"}}, "shop")
			})
		}
	}
}

// SIGTERM lets what is in flight end, and writes it down.
func TestTerminated(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	s.once()
	s.net.Fail(posting("shop", 2, sandbox.StallAfterStore(2*time.Second)))
	s.due("first", "second")
	p := s.start()
	s.until("both are stored", func() bool { return len(s.timeline("shop")) == 2 })
	if n := s.count(`SELECT count(*) FROM posts WHERE state = 'sending'`); n != "2" {
		t.Fatalf("%s are sending, not 2", n)
	}
	p.stop()
	s.check(expected{steps: []string{"first", "second"}}, "shop")
}

// Terminated while it waits for nothing, it ends at once.
func TestTerminatedWhileIdle(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	p := s.start()
	s.until("it listens", func() bool { return s.net.Streams() == 1 })
	began := time.Now()
	p.stop()
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("it took %s to end", took)
	}
}

// A second SIGTERM or Ctrl-C is not needed and does no harm.
func TestTerminatedTwice(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	s.once()
	s.net.Fail(posting("shop", 1, sandbox.StallAfterStore(2*time.Second)))
	s.due("first")
	p := s.start()
	s.until("it is stored", func() bool { return len(s.timeline("shop")) == 1 })
	for range 2 {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		time.Sleep(50 * time.Millisecond) // so that they are two
	}
	p.ended()
	s.start()
	s.all(expected{steps: []string{"first"}}, "shop")
}

// Without its database the program can't know what is out already. The test is
// of the comparison: it has to see a double post on a real network.
func TestDoublePostIsSeen(t *testing.T) {
	t.Parallel()
	s := open(t, servers["ignore"], "shop")
	s.due("first")
	time.Sleep(2100 * time.Millisecond) // until it is due: --once does not wait
	for range 2 {
		s.once()
		s.must("push", "--text", "Hello again", "--yes", "shop")
		s.once()
		for _, f := range []string{"magpie.db", "magpie.db-wal", "magpie.db-shm"} {
			_ = os.Rename(filepath.Join(s.dir, f), filepath.Join(s.dir, f+".gone"))
		}
	}
	if err := os.Rename(filepath.Join(s.dir, "magpie.db.gone"), filepath.Join(s.dir, "magpie.db")); err != nil {
		t.Fatal(err)
	}
	if d := differences(s.timeline("shop"), s.ledger(), expected{}, time.Now()); len(d) == 0 {
		t.Errorf("there are %d posts on the network, and the comparison is content:\n%s", len(s.timeline("shop")), s.outbox())
	}
}
