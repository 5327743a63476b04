package threads_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// A part that is refused halts the thread, somebody is told, and lets it go on.
func TestThreadRefused(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	h := s.Listen()
	s.Once()
	f := kit.Posting("shop", 1, sandbox.Answer(http.StatusUnprocessableEntity, `{"error":"Validation failed: not like this"}`, nil))
	f.After = 1
	s.Net.Fail(f)
	s.Threaded(kit.Tale(1700), time.Second)
	p := s.Start()
	s.Until("somebody is told", func() bool { return len(h.Of("asked")) == 1 })
	kit.Span(time.Second)
	p.Stop()
	s.Once()
	if got := strings.Join(kit.Numbers(kit.Parts(s.Timeline("shop"))), " "); got != "1/4" {
		t.Errorf("out are %s\n%s", got, s.Outbox())
	}
	if text := h.Of("asked")[0].Text; !kit.Contains(text, "not like this", "shop", "magpie outbox settle ") {
		t.Errorf("it is told %q", text)
	}
	s.Must("outbox", "settle", "send", s.Read(`SELECT id FROM posts WHERE state = 'asked'`)[0]["id"])
	s.Until("the rest is out", func() bool { s.Once(); return len(kit.Parts(s.Timeline("shop"))) == 4 })
}

// Pausing in the midst holds the rest, until it is resumed.
func TestThreadPaused(t *testing.T) {
	t.Parallel()
	for _, what := range []string{"account shop", "campaign tale", "all"} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := kit.Open(t, sandbox.Variant{}, "shop")
			s.Once()
			s.Slow(500 * time.Millisecond)
			s.Threaded(kit.Tale(4000), time.Second)
			p := s.Start()
			s.AtPart(2)
			s.Must(append([]string{"pause"}, strings.Fields(what)...)...)
			kit.Span(1500 * time.Millisecond)
			n := len(s.Timeline("shop"))
			kit.Span(2 * time.Second)
			if m := len(s.Timeline("shop")); m != n || n > 5 {
				t.Errorf("while it is paused %d parts are out, and then %d", n, m)
			}
			s.Must(append([]string{"resume"}, strings.Fields(what)...)...)
			s.Until("it is out", func() bool { return kit.Finished(kit.Parts(s.Timeline("shop"))) })
			kit.Span(time.Second)
			p.Stop()
			kit.Entire(t, kit.Parts(s.Timeline("shop")), kit.Tale(4000))
		})
	}
}

// An edit in the midst, or the campaign's end, changes nothing of a thread that
// was begun.
func TestThreadEdited(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(s *kit.Shop){
		"words":   func(s *kit.Shop) { s.Write("templates/tale.en.tmpl", "Quite another story.") },
		"removed": func(s *kit.Shop) { s.Remove("campaigns/tale.yaml"); s.Remove("templates/tale.en.tmpl") },
		"step": func(s *kit.Shop) {
			s.Write("campaigns/tale.yaml", strings.Replace(kit.TaleFile(time.Hour), "  tale:", "  other:", 1))
		},
		"later":    func(s *kit.Shop) { s.Write("campaigns/tale.yaml", kit.TaleFile(time.Hour)) },
		"approval": func(s *kit.Shop) { s.Edit("fit: thread", "fit: thread\napproval: required") },
		"shorten":  func(s *kit.Shop) { s.Edit("fit: thread", "fit: shorten") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.Open(t, sandbox.Variant{}, "shop")
			s.Once()
			s.Slow(400 * time.Millisecond)
			s.Threaded(kit.Tale(3500), time.Second)
			p := s.Start()
			s.AtPart(2)
			edit(s)
			s.Until("the edit is in force", func() bool { return p.Log.Says("the edited files are in force") > 0 })
			s.Until("it is out", func() bool { return kit.Finished(kit.Parts(s.Timeline("shop"))) })
			p.Stop()
			kit.Entire(t, kit.Parts(s.Timeline("shop")), kit.Tale(3500))
		})
	}
}

// Settled as sent without an address, a part leaves the next to a person, who is
// told; with the address of the part the thread goes on.
func TestThreadSettledWithoutAddress(t *testing.T) {
	t.Parallel()
	s := onX2(t)
	h := s.Listen()
	s.X.Fail(lostPart(1))
	s.Threaded(kit.Tale(860), time.Second)
	p := s.Command(nil, "run")
	s.Until("somebody is asked", func() bool { return len(h.Of("asked")) == 1 })
	s.Must("outbox", "settle", "sent", s.Read(`SELECT id FROM posts WHERE state = 'asked'`)[0]["id"])
	if got := s.Read(`SELECT reason FROM posts WHERE state = 'asked'`); len(got) != 1 ||
		!kit.Contains(got[0]["reason"], "address", "outbox settle") {
		t.Errorf("asked are %v\n%s", got, s.Outbox())
	}
	if got := s.Count(`SELECT count(*) FROM needs WHERE kind = 'asked'`); got != "1" {
		t.Errorf("%s needs are noted, not that of the next part", got)
	}
	// another process noted it: the bot looks once a minute
	s.Shop.Until("the web hook is told", func() bool { return len(h.Of("asked")) == 2 })
	if said, _ := s.Magpie("doctor"); strings.Count(said, "settle") == 0 {
		t.Errorf("doctor says nothing:\n%s", said)
	}
	p.Stop()
	if n := len(s.Out()); n != 1 {
		t.Errorf("%d are out:\n%s", n, s.Outbox())
	}
}
