package whole_test

import (
	"testing"

	"magpie/internal/sandbox"
)

// Who asks for deletion gets no answer of a rule: a person is told at once what to do,
// and until when.
func TestAsksToBeErased(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	h := s.listen()
	p := s.start()
	s.until("it listens", func() bool { return s.net.Streams() == 1 })
	m := s.hears("ann", "your hours? no: delete my data, please", "shop")
	s.until("a person is told", func() bool { return len(h.of("unanswered")) == 1 })
	if text := h.of("unanswered")[0].Text; !contains(text, "magpie people forget ann", "24 hours", "deletion") {
		t.Errorf("it says %q", text)
	}
	p.stop()
	if len(s.answers(m, "shop")) != 0 || s.mention(m)["state"] != "desk" {
		t.Errorf("%v", s.mention(m))
	}
	s.must("people", "forget", "--yes", "--network", "mastodon", s.read(`SELECT handle FROM handles`)[0]["handle"])
	if n := s.count(`SELECT count(*) FROM persons`); n != "0" {
		t.Errorf("%s people are known still", n)
	}
}
