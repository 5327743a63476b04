package threads_test

import (
	"fmt"
	"magpie/internal/whole/kit"
	"strings"
	"testing"
	"time"
)

// reworded is a text of which one sentence has other words, as many letters.
func reworded(text string, sentence int) string {
	from := fmt.Sprintf("Reason number %d to keep a kettle", sentence)
	return strings.Replace(text, from, strings.Replace(from, "kettle", "teapot", 1), 1)
}

// restoredEdited is a shop whose thread of four parts is out and forgotten, and in
// the files one sentence of it reads otherwise.
func restoredEdited(t *testing.T, sentence int) *kit.Shop {
	t.Helper()
	s := kit.Open(t, kit.Servers["ignore"], "shop")
	s.Once()
	s.Threaded(kit.Tale(1700), 3*time.Second)
	s.Once()
	restore := s.Backup("old.db")
	p := s.Start()
	s.Until("it is out", s.Wound(4))
	p.Stop()
	restore()
	s.Write("templates/tale.en.tmpl", reworded(kit.Tale(1700), sentence))
	s.Again("--sandbox-url", s.Net.URL())
	return s
}

// A part whose words were edited since is out with the old ones: somebody is
// asked, and nothing of the thread goes out again, whatever they say.
func TestThreadRestoredEdited(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ sentence, part int }{"first": {2, 0}, "second": {10, 1}, "last": {24, 3}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := restoredEdited(t, c.sentence)
			kit.Entire(t, kit.Parts(s.Timeline("shop")), kit.Tale(1700))
			ids := s.Questions()
			if len(ids) != 1 {
				t.Fatalf("%d are asked about\n%s", len(ids), s.Outbox())
			}
			if got := s.Read(`SELECT reason FROM posts WHERE id = $1`, ids[0])[0]["reason"]; !kit.Contains(got, "restored", "outbox settle") {
				t.Errorf("it is asked %q", got)
			}
			s.Must("outbox", "settle", "sent", "--url", "https://social.example/@shop/"+s.Timeline("shop")[c.part].ID, ids[0])
			s.Again("--sandbox-url", s.Net.URL())
			kit.Entire(t, kit.Parts(s.Timeline("shop")), kit.Tale(1700))
			if t.Failed() {
				t.Log(s.Outbox())
			}
		})
	}
}

// Restored from a copy of its midst, and the machine died at once, after a part
// more, or after all: each part is out once, none is lost.
func TestThreadRestoredInTheMidst(t *testing.T) {
	t.Parallel()
	for _, copied := range []string{"composed:2", "frozen:2", "composed:3"} {
		for _, died := range []string{"", "published:1", "recorded:1", "published:2", "all"} {
			if copied == "composed:3" && died == "published:2" {
				continue // that is all
			}
			t.Run("copied at "+copied+", died at "+died, func(t *testing.T) {
				t.Parallel()
				s := kit.Open(t, kit.Servers["ignore"], "shop")
				s.Once()
				s.Threaded(kit.Tale(1700), time.Second)
				s.Cut(copied)
				restore := s.Backup("old.db")
				s.GoesOn(died)
				restore()
				s.Until("it is out", func() bool {
					kit.Pause(300 * time.Millisecond)
					s.Magpie("run", "--once", "--sandbox-url", s.Net.URL())
					s.LooksForAsked()
					return s.Wound(4)()
				})
				s.Again("--sandbox-url", s.Net.URL())
				kit.Entire(t, kit.Parts(s.Timeline("shop")), kit.Tale(1700))
				if t.Failed() {
					t.Log(s.Outbox())
				}
			})
		}
	}
}

// restoredOnSky is a shop on Bluesky that has said something, that has forgotten it
// some seconds later, and whose files say something else by now.
func restoredOnSky(t *testing.T, name, said, now string, n int) (*kit.Shop, *kit.Sky) {
	t.Helper()
	s, k := kit.Bluesky(t, name)
	if out, code := s.Login(k.AppPassword, ""); code != 0 {
		t.Fatalf("login: %d: %s", code, out)
	}
	s.Threaded(said, 6*time.Second)
	s.Run()
	if got := s.State("tale"); got != "planned" {
		t.Fatalf("it is %q", got)
	}
	restore := s.Backup("old.db")
	s.Until("it is out", func() bool { kit.Pause(300 * time.Millisecond); s.Run(); return s.Wound(n)() })
	kit.Span(5 * time.Second) // its address has the second of that time in it
	restore()
	s.Write("templates/tale.en.tmpl", now)
	s.Again()
	return s, k
}

// On Bluesky a post is known by its address, whatever it says by now and whenever
// it went out.
func TestRestoredEditedOnBluesky(t *testing.T) {
	t.Parallel()
	said := "All kettles are half price today, from nine to six. https://shop.example/kettles"
	s, k := restoredOnSky(t, "long-tale-edited", said, strings.Replace(said, "six", "seven", 1), 1)
	if got := k.Texts(t); len(got) != 1 || got[0] != said {
		t.Errorf("out are %q", got)
	}
	rows := s.Read(`SELECT state, remote_id FROM posts WHERE step = 'tale'`)
	if len(rows) != 1 || rows[0]["state"] != "sent" || rows[0]["remote_id"] != k.Records(t)[0].Uri {
		t.Errorf("it is %v\n%s", rows, s.Outbox())
	}
}

// The same for the parts of a thread. What it has beyond those that are out is left
// to a person.
func TestThreadRestoredEditedOnBluesky(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ now, states string }{
		"first": {reworded(threadOnSky, 1), "sent sent sent sent"}, "last": {reworded(threadOnSky, 13), "sent sent sent sent"},
		"shorter": {kit.Tale(400), "sent sent"}, "longer": {threadOnSky + " " + kit.Tale(400), "asked sent sent sent sent"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, k := restoredOnSky(t, "long-tale-"+name, threadOnSky, c.now, 4)
			k.Tied(t, threadOnSky)
			if got := s.State("tale"); got != c.states {
				t.Errorf("the parts are %s", got)
			}
			if t.Failed() {
				t.Log(s.Outbox())
			}
		})
	}
}
