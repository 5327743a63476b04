package kit

import (
	"math/rand/v2"
	"time"
)

// Blind runs the program while one account can't be read: nothing may go out.
func (h *hour) Blind(how string, began time.Time) {
	h.T.Helper()
	switch how {
	case "once":
		if said, code := h.Magpie("run", "--once", "--sandbox-url", h.Net.URL()); code != 1 {
			h.T.Errorf("run --once: exit %d: %s", code, said)
		}
	case "killed":
		h.Kills(4)
	default:
		p := h.Start()
		h.Until("it has tried", func() bool { return p.Log.Says("can't be looked up yet") > 1 })
		p.Stop()
	}
	if n := h.Posts(began); n != 0 {
		h.T.Fatalf("%d posts went out before it was matched:\n%s", n, h.Outbox())
	}
}

// Kills lets the program live for moments.
func (h *hour) Kills(n int) {
	h.T.Helper()
	h.killed = true
	for range n {
		p := h.Start()
		select {
		case <-p.Done:
			h.T.Fatalf("it ended by itself:\n%s", &p.Log)
		case <-time.After(time.Duration(100+rand.IntN(700)) * time.Millisecond):
		}
		p.Kill()
	}
}
