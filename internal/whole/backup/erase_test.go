package backup_test

import (
	"testing"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// Who asks for deletion gets no answer of a rule: a person is told at once what to do,
// and until when.
func TestAsksToBeErased(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	h := s.Listen()
	p := s.Start()
	s.Until("it listens", func() bool { return s.Net.Streams() == 1 })
	m := s.Hears("ann", "your hours? no: delete my data, please", "shop")
	s.Until("a person is told", func() bool { return len(h.Of("unanswered")) == 1 })
	if text := h.Of("unanswered")[0].Text; !kit.Contains(text, "magpie people forget ann", "24 hours", "deletion") {
		t.Errorf("it says %q", text)
	}
	p.Stop()
	if len(s.Answers(m, "shop")) != 0 || s.Mention(m)["state"] != "desk" {
		t.Errorf("%v", s.Mention(m))
	}
	s.Must("people", "forget", "--yes", "--network", "mastodon", s.Read(`SELECT handle FROM handles`)[0]["handle"])
	if n := s.Count(`SELECT count(*) FROM persons`); n != "0" {
		t.Errorf("%s people are known still", n)
	}
}
