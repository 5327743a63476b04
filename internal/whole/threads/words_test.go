package threads_test

import (
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/network/weibo/weibofake"
	"magpie/internal/sandbox"
)

// Quiet hours and the pace do not cut a thread that was begun.
func TestThreadPaceAndQuiet(t *testing.T) {
	t.Parallel()
	s := kit.OpenTimed(t, kit.Servers["ignore"], "09:00")
	s.Write("accounts/shop.yaml", "network: mastodon\nserver: https://social.example\nabout: shop\nlanguage: en\ntimezone: "+
		"UTC\ncredentials: stored\nquiet: 10:01-20:00\npace: {posts: 1/day}\n")
	s.Write("templates/tale.en.tmpl", kit.Tale(1700))
	s.Write("campaigns/tale.yaml", "title: Tale\nfit: thread\nsteps:\n  tale: {accounts: [shop], at: 2027-03-10 10:00, say: tale}\n")
	s.Once()
	lost := kit.Posting("shop", 1, sandbox.DropBeforeStore())
	lost.After = 1
	s.Net.Fail(lost)
	s.GoTo("10:00")
	s.Once()
	if n := len(s.Timeline("shop")); n != 1 {
		t.Fatalf("%d are out, before the answer is looked into", n)
	}
	s.Net.Heal()
	for _, wall := range []string{"10:02", "10:04", "10:06", "10:08"} {
		s.GoTo(wall)
		s.Once()
		s.LooksForAsked()
	}
	kit.Entire(t, kit.Parts(s.Timeline("shop")), kit.Tale(1700))
}

// The plan shows the parts; an approval shows all of the text and is for all of it.
func TestThreadApproval(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(s *kit.Shop){
		"the end of the text": func(s *kit.Shop) { s.Write("templates/tale.en.tmpl", kit.Tale(1700)+" And more.") },
		"fit":                 func(s *kit.Shop) { s.Write("campaigns/tale.yaml", approvedFile("shorten")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.Open(t, sandbox.Variant{}, "shop")
			s.Write("templates/tale.en.tmpl", kit.Tale(1700))
			s.Write("campaigns/tale.yaml", approvedFile("thread"))
			s.Once()
			plan := s.Must("plan", "--days", "3", "--campaign", "tale")
			if !kit.Contains(plan, "(1/4)", "(4/4)", "a thread of 4 posts") || strings.Contains(plan, "would not go out") {
				t.Errorf("plan says\n%s", plan)
			}
			id := s.Read(`SELECT id FROM posts WHERE step = 'tale'`)[0]["id"]
			if said := s.Must("outbox", "show", id); !kit.Contains(said, "(1/4)", "(4/4)") {
				t.Errorf("outbox show has not all of it:\n%s", said)
			}
			if said := s.Must("--as", "paul", "outbox", "approve", "--yes", id); !kit.Contains(said, "(1/4)", "(2/4)", "(3/4)", "(4/4)") {
				t.Errorf("approve shows\n%s", said)
			}
			s.Once()
			if got := s.State("tale"); got != "planned" {
				t.Errorf("it is %s", got)
			}
			edit(s)
			s.Once()
			if got := s.State("tale"); got != "held" {
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
		"english": {kit.Tale(900) + " Get it at https://shop.example/tea?x=1&y=2 with TEA-2027-CUP",
			"https://shop.example/tea?x=1&y=2 with TEA-2027-CUP"},
		"chinese": {strings.Repeat("这把水壶唱歌的声音很好听，大家都喜欢喝茶。", 40) + "https://shop.example/茶 TEA-2027-CUP", "TEA-2027-CUP"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.Open(t, sandbox.Variant{}, "shop")
			s.Once()
			s.Write("templates/tale.en.tmpl", c.text)
			s.Write("campaigns/tale.yaml", strings.Replace(kit.TaleFile(time.Second), "fit: thread", "fit: shorten", 1))
			s.Until("it is out", func() bool { s.Once(); return s.State("tale") == "sent" })
			got := s.Timeline("shop")[0].Text
			head, _, cut := strings.Cut(got, "…")
			words := strings.Fields(head)
			if !cut || !kit.Contains(got, "https://shop.example/", "TEA-2027-CUP") || len([]rune(got)) < 300 {
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
	s := kit.Open(t, sandbox.Variant{}, "shop")
	s.Threaded(kit.Tale(900), time.Hour)
	s.Must("check")
	s.Write("campaigns/tale.yaml", strings.Replace(kit.TaleFile(time.Hour), "fit: thread\n", "", 1))
	if said, code := s.Magpie("check"); code != 1 || !kit.Contains(said, "campaigns/tale.yaml:3:", "characters", "the limit is 500") {
		t.Errorf("%d: %s", code, said)
	}
	w := kit.Weibo(t, weibofake.Options{})
	w.Threaded(kit.Tale(900)+" https://shop.example/x", time.Hour)
	if said, code := w.Magpie("check"); code != 1 || !kit.Contains(said, "campaigns/tale.yaml:4:", "no threads on", "weibo") {
		t.Errorf("%d: %s", code, said)
	}
}
