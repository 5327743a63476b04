package whole_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// Everything happens in the hour after a backup that was taken at full speed;
// then the backup is put back, and the program has to find out what went out.
func TestRestored(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"run ignore", "run replay500", "once honour", "killed ignore", "run postgres", "rewound postgres",
		"machines postgres"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			var how, kind, address string
			_, _ = fmt.Sscan(way, &how, &kind)
			if kind == "postgres" {
				kind, address = "ignore", schema(t)
			}
			s := openHour(t, servers[kind], address)
			h := s.lose(how)
			h.restore()
			began := time.Now()
			s.net.Fail(unreadable("club"))
			s.due("first", "second")
			s.inForce()
			asked := h.ask()
			h.blind(how, began)
			s.net.Heal()
			if how == "killed" {
				h.kills(8)
			}
			if how == "once" {
				s.once()
			}
			var p *process
			if how == "machines" {
				p = s.machine().process
				defer s.machine().stop()
			} else {
				p = s.start()
			}
			s.until("it is matched", func() bool { return s.count(`SELECT count(*) FROM magpie WHERE name = 'restored from'`) == "0" })
			h.settled(asked, p)
		})
	}
}

// blind runs the program while one account can't be read: nothing may go out.
func (h *hour) blind(how string, began time.Time) {
	h.t.Helper()
	switch how {
	case "once":
		if said, code := h.magpie("run", "--once", "--sandbox-url", h.net.URL()); code != 1 {
			h.t.Errorf("run --once: exit %d: %s", code, said)
		}
	case "killed":
		h.kills(4)
	default:
		p := h.start()
		h.until("it has tried", func() bool { return p.log.says("can't be looked up yet") > 1 })
		p.stop()
	}
	if n := h.posts(began); n != 0 {
		h.t.Fatalf("%d posts went out before it was matched:\n%s", n, h.outbox())
	}
}

// kills lets the program live for moments.
func (h *hour) kills(n int) {
	h.t.Helper()
	h.killed = true
	for range n {
		p := h.start()
		select {
		case <-p.done:
			h.t.Fatalf("it ended by itself:\n%s", &p.log)
		case <-time.After(time.Duration(100+rand.IntN(700)) * time.Millisecond):
		}
		p.kill()
	}
}
