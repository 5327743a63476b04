package whole_test

import (
	"strings"
	"testing"
	"time"

	"magpie/internal/network/weibo/weibofake"
	"magpie/internal/sandbox"
)

// Quiet hours and the pace do not cut a thread that was begun.
func TestThreadPaceAndQuiet(t *testing.T) {
	t.Parallel()
	s := openTimed(t, servers["ignore"], "09:00")
	s.write("accounts/shop.yaml", "network: mastodon\nserver: https://social.example\nabout: shop\nlanguage: en\ntimezone: "+
		"UTC\ncredentials: stored\nquiet: 10:01-20:00\npace: {posts: 1/day}\n")
	s.write("templates/tale.en.tmpl", tale(1700))
	s.write("campaigns/tale.yaml", "title: Tale\nfit: thread\nsteps:\n  tale: {accounts: [shop], at: 2027-03-10 10:00, say: tale}\n")
	s.once()
	lost := posting("shop", 1, sandbox.DropBeforeStore())
	lost.After = 1
	s.net.Fail(lost)
	s.goTo("10:00")
	s.once()
	if n := len(s.timeline("shop")); n != 1 {
		t.Fatalf("%d are out, before the answer is looked into", n)
	}
	s.net.Heal()
	for _, wall := range []string{"10:02", "10:04", "10:06", "10:08"} {
		s.goTo(wall)
		s.once()
		s.looksForAsked()
	}
	entire(t, parts(s.timeline("shop")), tale(1700))
}

// The plan shows the parts; an approval shows all of the text and is for all of it.
func TestThreadApproval(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(s *shop){
		"the end of the text": func(s *shop) { s.write("templates/tale.en.tmpl", tale(1700)+" And more.") },
		"fit":                 func(s *shop) { s.write("campaigns/tale.yaml", approvedFile("shorten")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, sandbox.Variant{}, "shop")
			s.write("templates/tale.en.tmpl", tale(1700))
			s.write("campaigns/tale.yaml", approvedFile("thread"))
			s.once()
			plan := s.must("plan", "--days", "3", "--campaign", "tale")
			if !contains(plan, "(1/4)", "(4/4)", "a thread of 4 posts") || strings.Contains(plan, "would not go out") {
				t.Errorf("plan says\n%s", plan)
			}
			id := s.read(`SELECT id FROM posts WHERE step = 'tale'`)[0]["id"]
			if said := s.must("outbox", "show", id); !contains(said, "(1/4)", "(4/4)") {
				t.Errorf("outbox show has not all of it:\n%s", said)
			}
			if said := s.must("--as", "paul", "outbox", "approve", "--yes", id); !contains(said, "(1/4)", "(2/4)", "(3/4)", "(4/4)") {
				t.Errorf("approve shows\n%s", said)
			}
			s.once()
			if got := s.state("tale"); got != "planned" {
				t.Errorf("it is %s", got)
			}
			edit(s)
			s.once()
			if got := s.state("tale"); got != "held" {
				t.Errorf("after the edit it is %s", got)
			}
		})
	}
}

func approvedFile(fit string) string {
	return "title: Tale\nfit: " + fit + "\napproval: required\nsteps:\n  " +
		"tale: {accounts: [shop], at: " + time.Now().UTC().Add(24*time.Hour).Format("2006-01-02 15:00") + ", say: tale}\n"
}

// A text that is shortened ends at a word, and keeps its link and its code.
func TestShortened(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, end string }{
		"english": {tale(900) + " Get it at https://shop.example/tea?x=1&y=2 with TEA-2027-CUP",
			"https://shop.example/tea?x=1&y=2 with TEA-2027-CUP"},
		"chinese": {strings.Repeat("这把水壶唱歌的声音很好听，大家都喜欢喝茶。", 40) + "https://shop.example/茶 TEA-2027-CUP", "TEA-2027-CUP"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, sandbox.Variant{}, "shop")
			s.once()
			s.write("templates/tale.en.tmpl", c.text)
			s.write("campaigns/tale.yaml", strings.Replace(taleFile(time.Second), "fit: thread", "fit: shorten", 1))
			s.until("it is out", func() bool { s.once(); return s.state("tale") == "sent" })
			got := s.timeline("shop")[0].Text
			head, _, cut := strings.Cut(got, "…")
			words := strings.Fields(head)
			if !cut || !contains(got, "https://shop.example/", "TEA-2027-CUP") || len([]rune(got)) < 300 {
				t.Errorf("it is %q", got)
			}
			if name == "english" && (!strings.HasSuffix(got, c.end) && !strings.Contains(got, "TEA-2027-CUP") ||
				!strings.Contains(" "+c.text+" ", " "+words[len(words)-1]+" ")) {
				t.Errorf("it is cut in a word: %q", got)
			}
		})
	}
}

// What is too long is refused where nothing is said; Weibo has no threads.
func TestTooLongIsRefused(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	s.threaded(tale(900), time.Hour)
	s.must("check")
	s.write("campaigns/tale.yaml", strings.Replace(taleFile(time.Hour), "fit: thread\n", "", 1))
	if said, code := s.magpie("check"); code != 1 || !contains(said, "campaigns/tale.yaml:3:", "characters", "the limit is 500") {
		t.Errorf("%d: %s", code, said)
	}
	w := weibo(t, weibofake.Options{})
	w.threaded(tale(900)+" https://shop.example/x", time.Hour)
	if said, code := w.magpie("check"); code != 1 || !contains(said, "campaigns/tale.yaml:4:", "no threads on", "weibo") {
		t.Errorf("%d: %s", code, said)
	}
}
