package whole_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

// slow lets every post of the shop take a while, so that one can act in the midst
// of a thread.
func (s *shop) slow(d time.Duration) { s.net.Fail(posting("shop", -1, sandbox.Delay(d))) }

// atPart waits until so many parts are out.
func (s *shop) atPart(n int) {
	s.t.Helper()
	s.until("parts are out", func() bool { return len(s.timeline("shop")) >= n })
}

// A part that is refused halts the thread, somebody is told, and lets it go on.
func TestThreadRefused(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	h := s.listen()
	s.once()
	f := posting("shop", 1, sandbox.Answer(http.StatusUnprocessableEntity, `{"error":"Validation failed: not like this"}`, nil))
	f.After = 1
	s.net.Fail(f)
	s.threaded(tale(1700), time.Second)
	p := s.start()
	s.until("somebody is told", func() bool { return len(h.of("asked")) == 1 })
	time.Sleep(time.Second)
	p.stop()
	s.once()
	if got := strings.Join(numbers(parts(s.timeline("shop"))), " "); got != "1/4" {
		t.Errorf("out are %s\n%s", got, s.outbox())
	}
	if text := h.of("asked")[0].Text; !contains(text, "not like this", "shop", "magpie outbox settle ") {
		t.Errorf("it is told %q", text)
	}
	s.must("outbox", "settle", "send", s.read(`SELECT id FROM posts WHERE state = 'asked'`)[0]["id"])
	s.until("the rest is out", func() bool { s.once(); return len(parts(s.timeline("shop"))) == 4 })
}

// Pausing in the midst holds the rest, until it is resumed.
func TestThreadPaused(t *testing.T) {
	t.Parallel()
	for _, what := range []string{"account shop", "campaign tale", "all"} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := open(t, sandbox.Variant{}, "shop")
			s.once()
			s.slow(500 * time.Millisecond)
			s.threaded(tale(4000), time.Second)
			p := s.start()
			s.atPart(2)
			s.must(append([]string{"pause"}, strings.Fields(what)...)...)
			time.Sleep(1500 * time.Millisecond)
			n := len(s.timeline("shop"))
			time.Sleep(2 * time.Second)
			if m := len(s.timeline("shop")); m != n || n > 5 {
				t.Errorf("while it is paused %d parts are out, and then %d", n, m)
			}
			s.must(append([]string{"resume"}, strings.Fields(what)...)...)
			s.until("it is out", func() bool { return finished(parts(s.timeline("shop"))) })
			time.Sleep(time.Second)
			p.stop()
			entire(t, parts(s.timeline("shop")), tale(4000))
		})
	}
}

// edit replaces some of the campaign's file; its time stays.
func (s *shop) edit(from, to string) {
	s.t.Helper()
	b, err := os.ReadFile(filepath.Join(s.dir, "campaigns/tale.yaml"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.write("campaigns/tale.yaml", strings.Replace(string(b), from, to, 1))
}

// An edit in the midst, or the campaign's end, changes nothing of a thread that
// was begun.
func TestThreadEdited(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(s *shop){
		"words":   func(s *shop) { s.write("templates/tale.en.tmpl", "Quite another story.") },
		"removed": func(s *shop) { s.remove("campaigns/tale.yaml"); s.remove("templates/tale.en.tmpl") },
		"step": func(s *shop) {
			s.write("campaigns/tale.yaml", strings.Replace(taleFile(time.Hour), "  tale:", "  other:", 1))
		},
		"later":    func(s *shop) { s.write("campaigns/tale.yaml", taleFile(time.Hour)) },
		"approval": func(s *shop) { s.edit("fit: thread", "fit: thread\napproval: required") },
		"shorten":  func(s *shop) { s.edit("fit: thread", "fit: shorten") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, sandbox.Variant{}, "shop")
			s.once()
			s.slow(400 * time.Millisecond)
			s.threaded(tale(3500), time.Second)
			p := s.start()
			s.atPart(2)
			edit(s)
			s.until("the edit is in force", func() bool { return p.log.says("the edited files are in force") > 0 })
			s.until("it is out", func() bool { return finished(parts(s.timeline("shop"))) })
			p.stop()
			entire(t, parts(s.timeline("shop")), tale(3500))
		})
	}
}

// Settled as sent without an address, a part leaves the next to a person, who is
// told; with the address of the part the thread goes on.
func TestThreadSettledWithoutAddress(t *testing.T) {
	t.Parallel()
	s := onX2(t)
	h := s.listen()
	s.x.Fail(lostPart(1))
	s.threaded(tale(860), time.Second)
	p := s.command(nil, "run")
	s.until("somebody is asked", func() bool { return len(h.of("asked")) == 1 })
	s.must("outbox", "settle", "sent", s.read(`SELECT id FROM posts WHERE state = 'asked'`)[0]["id"])
	if got := s.read(`SELECT reason FROM posts WHERE state = 'asked'`); len(got) != 1 ||
		!contains(got[0]["reason"], "address", "outbox settle") {
		t.Errorf("asked are %v\n%s", got, s.outbox())
	}
	if got := s.count(`SELECT count(*) FROM needs WHERE kind = 'asked'`); got != "1" {
		t.Errorf("%s needs are noted, not that of the next part", got)
	}
	// another process noted it: the bot looks once a minute
	s.shop.until("the web hook is told", func() bool { return len(h.of("asked")) == 2 })
	if said, _ := s.magpie("doctor"); strings.Count(said, "settle") == 0 {
		t.Errorf("doctor says nothing:\n%s", said)
	}
	p.stop()
	if n := len(s.out()); n != 1 {
		t.Errorf("%d are out:\n%s", n, s.outbox())
	}
}
