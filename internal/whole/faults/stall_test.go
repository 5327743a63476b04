package faults_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// Killed between “stored by the server” and “recorded by us”.
func TestKilledWhileTheAnswerIsOutstanding(t *testing.T) {
	t.Parallel()
	for name, v := range kit.Servers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.Open(t, v, "shop")
			s.Once()
			s.Net.Fail(kit.Posting("shop", 2, sandbox.StallAfterStore(time.Minute)))
			s.Due("first")
			p := s.Start()
			m, _ := s.Net.Status(s.Net.Person("dan").Say("a deal please", "shop"))
			s.Until("both are stored", func() bool { return len(s.Timeline("shop")) == 2 })
			if n := s.Count(`SELECT count(*) FROM posts WHERE state = 'sending'`); n != "2" {
				t.Fatalf("%s posts are sending, not 2:\n%s", n, s.Outbox())
			}
			p.Kill()
			p = s.Start()
			want := kit.Expected{Steps: []string{"first"}, Answered: []sandbox.Status{m}, Codes: []string{"dan"}}
			s.All(want, "shop")
			p.Stop()
			s.Check(want, "shop")
			if n := s.Asked(); n != 2 {
				t.Errorf("it was posted %d times, though looking was enough", n)
			}
		})
	}
}

// The server stores what was sent only after the program that sent it is dead,
// and after its successor has looked for the first time.
func TestStoredAfterDeath(t *testing.T) {
	t.Parallel()
	for name, v := range kit.Servers {
		for _, late := range []time.Duration{700 * time.Millisecond, 1600 * time.Millisecond, 2500 * time.Millisecond} {
			t.Run(name+"/"+late.String(), func(t *testing.T) {
				t.Parallel()
				s := kit.Open(t, v, "shop")
				s.Write("magpie.yaml", "settle: 2s\n")
				s.Once()
				s.Net.Fail(kit.Posting("shop", 1, sandbox.Delay(late)))
				s.Due("first")
				p := s.Start()
				s.Until("the post is on its way", func() bool { return s.Asked() == 1 })
				p.Kill()
				if len(s.Timeline("shop")) != 0 {
					t.Fatal("the server was too fast for this test")
				}
				p = s.Start()
				s.Until("the server has stored it", func() bool { return len(s.Timeline("shop")) > 0 })
				s.All(kit.Expected{Steps: []string{"first"}}, "shop")
				p.Stop()
				s.Check(kit.Expected{Steps: []string{"first"}}, "shop")
			})
		}
	}
}

// SIGTERM lets what is in flight end, and writes it down.
func TestTerminated(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	s.Once()
	s.Net.Fail(kit.Posting("shop", 2, sandbox.StallAfterStore(2*time.Second)))
	s.Due("first", "second")
	p := s.Start()
	s.Until("both are stored", func() bool { return len(s.Timeline("shop")) == 2 })
	if n := s.Count(`SELECT count(*) FROM posts WHERE state = 'sending'`); n != "2" {
		t.Fatalf("%s are sending, not 2", n)
	}
	p.Stop()
	s.Check(kit.Expected{Steps: []string{"first", "second"}}, "shop")
}

// Terminated while it waits for nothing, it ends at once.
func TestTerminatedWhileIdle(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	p := s.Start()
	s.Until("it listens", func() bool { return s.Net.Streams() == 1 })
	began := time.Now()
	p.Stop()
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("it took %s to end", took)
	}
}

// A second SIGTERM or Ctrl-C is not needed and does no harm.
func TestTerminatedTwice(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	s.Once()
	s.Net.Fail(kit.Posting("shop", 1, sandbox.StallAfterStore(2*time.Second)))
	s.Due("first")
	p := s.Start()
	s.Until("it is stored", func() bool { return len(s.Timeline("shop")) == 1 })
	for range 2 {
		_ = p.Cmd.Process.Signal(syscall.SIGTERM)
		kit.Pause(50 * time.Millisecond) // so that they are two
	}
	p.Ended()
	s.Start()
	s.All(kit.Expected{Steps: []string{"first"}}, "shop")
}

// Without its database the program can't know what is out already. The test is
// of the comparison: it has to see a double post on a real network.
func TestDoublePostIsSeen(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, kit.Servers["ignore"], "shop")
	s.Due("first")
	kit.Span(2100 * time.Millisecond) // until it is due: --once does not wait
	for range 2 {
		s.Once()
		s.Must("push", "--text", "Hello again", "--yes", "shop")
		s.Once()
		for _, f := range []string{"magpie.db", "magpie.db-wal", "magpie.db-shm"} {
			_ = os.Rename(filepath.Join(s.Dir, f), filepath.Join(s.Dir, f+".gone"))
		}
	}
	if err := os.Rename(filepath.Join(s.Dir, "magpie.db.gone"), filepath.Join(s.Dir, "magpie.db")); err != nil {
		t.Fatal(err)
	}
	if d := kit.Differences(s.Timeline("shop"), s.Ledger(), kit.Expected{}, time.Now()); len(d) == 0 {
		t.Errorf("there are %d posts on the network, and the comparison is content:\n%s", len(s.Timeline("shop")), s.Outbox())
	}
}
