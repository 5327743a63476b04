package whole_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// cut runs the program until it is killed at a point.
func (s *shop) cut(point string) {
	s.t.Helper()
	p := s.command([]string{"MAGPIE_CRASH_AT=" + point}, "run", "--sandbox-url", s.net.URL())
	if p.ended(); !p.killed() {
		s.t.Fatalf("it was not killed at %s:\n%s", point, &p.log)
	}
}

// again starts it some times: what is to be found, or to go out, is by then.
func (s *shop) again(where ...string) {
	s.t.Helper()
	for range 4 {
		s.magpie(append([]string{"run", "--once"}, where...)...) // exit 1: somebody is asked
		time.Sleep(700 * time.Millisecond)
	}
}

// questions are the ids of the parts that a person is asked about.
func (s *shop) questions() (ids []string) {
	s.t.Helper()
	for _, r := range s.read(`SELECT id FROM posts WHERE step = 'tale' AND state = 'asked'`) {
		ids = append(ids, r["id"])
	}
	return ids
}

// reworded is a text of which one sentence has other words, as many letters.
func reworded(text string, sentence int) string {
	from := fmt.Sprintf("Reason number %d to keep a kettle", sentence)
	return strings.Replace(text, from, strings.Replace(from, "kettle", "teapot", 1), 1)
}

// restoredEdited is a shop whose thread of four parts is out and forgotten, and in
// the files one sentence of it reads otherwise.
func restoredEdited(t *testing.T, sentence int) *shop {
	t.Helper()
	s := open(t, servers["ignore"], "shop")
	s.once()
	s.threaded(tale(1700), 3*time.Second)
	s.once()
	restore := s.backup("old.db")
	p := s.start()
	s.until("it is out", s.wound(4))
	p.stop()
	restore()
	s.write("templates/tale.en.tmpl", reworded(tale(1700), sentence))
	s.again("--sandbox-url", s.net.URL())
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
			entire(t, parts(s.timeline("shop")), tale(1700))
			ids := s.questions()
			if len(ids) != 1 {
				t.Fatalf("%d are asked about\n%s", len(ids), s.outbox())
			}
			if got := s.read(`SELECT reason FROM posts WHERE id = $1`, ids[0])[0]["reason"]; !contains(got, "restored", "outbox settle") {
				t.Errorf("it is asked %q", got)
			}
			s.must("outbox", "settle", "sent", "--url", "https://social.example/@shop/"+s.timeline("shop")[c.part].ID, ids[0])
			s.again("--sandbox-url", s.net.URL())
			entire(t, parts(s.timeline("shop")), tale(1700))
			if t.Failed() {
				t.Log(s.outbox())
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
				s := open(t, servers["ignore"], "shop")
				s.once()
				s.threaded(tale(1700), time.Second)
				s.cut(copied)
				restore := s.backup("old.db")
				s.goesOn(died)
				restore()
				s.until("it is out", func() bool {
					time.Sleep(300 * time.Millisecond)
					s.magpie("run", "--once", "--sandbox-url", s.net.URL())
					s.looksForAsked()
					return s.wound(4)()
				})
				s.again("--sandbox-url", s.net.URL())
				entire(t, parts(s.timeline("shop")), tale(1700))
				if t.Failed() {
					t.Log(s.outbox())
				}
			})
		}
	}
}

// goesOn starts it until it is killed at a point, or until all is out.
func (s *shop) goesOn(until string) {
	s.t.Helper()
	switch until {
	case "":
	case "all":
		p := s.start()
		s.until("it is out", s.wound(4))
		p.stop()
	default:
		p := s.command([]string{"MAGPIE_CRASH_AT=" + until}, "run", "--sandbox-url", s.net.URL())
		for ended := false; !ended; {
			select {
			case <-p.done:
				ended = true
			case <-time.After(300 * time.Millisecond):
				s.attend()
			}
		}
		if !p.killed() {
			s.t.Fatalf("it was not killed at %s:\n%s", until, &p.log)
		}
	}
}

// restoredOnSky is a shop on Bluesky that has said something, that has forgotten it
// some seconds later, and whose files say something else by now.
func restoredOnSky(t *testing.T, name, said, now string, n int) (*shop, *sky) {
	t.Helper()
	s, k := bluesky(t, name)
	if out, code := s.login(k.AppPassword, ""); code != 0 {
		t.Fatalf("login: %d: %s", code, out)
	}
	s.threaded(said, 6*time.Second)
	s.run()
	if got := s.state("tale"); got != "planned" {
		t.Fatalf("it is %q", got)
	}
	restore := s.backup("old.db")
	s.until("it is out", func() bool { time.Sleep(300 * time.Millisecond); s.run(); return s.wound(n)() })
	time.Sleep(5 * time.Second) // its address has the second of that time in it
	restore()
	s.write("templates/tale.en.tmpl", now)
	s.again()
	return s, k
}

// On Bluesky a post is known by its address, whatever it says by now and whenever
// it went out.
func TestRestoredEditedOnBluesky(t *testing.T) {
	t.Parallel()
	said := "All kettles are half price today, from nine to six. https://shop.example/kettles"
	s, k := restoredOnSky(t, "long-tale-edited", said, strings.Replace(said, "six", "seven", 1), 1)
	if got := k.texts(t); len(got) != 1 || got[0] != said {
		t.Errorf("out are %q", got)
	}
	rows := s.read(`SELECT state, remote_id FROM posts WHERE step = 'tale'`)
	if len(rows) != 1 || rows[0]["state"] != "sent" || rows[0]["remote_id"] != k.records(t)[0].uri {
		t.Errorf("it is %v\n%s", rows, s.outbox())
	}
}

// The same for the parts of a thread. What it has beyond those that are out is left
// to a person.
func TestThreadRestoredEditedOnBluesky(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ now, states string }{
		"first": {reworded(threadOnSky, 1), "sent sent sent sent"}, "last": {reworded(threadOnSky, 13), "sent sent sent sent"},
		"shorter": {tale(400), "sent sent"}, "longer": {threadOnSky + " " + tale(400), "asked sent sent sent sent"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, k := restoredOnSky(t, "long-tale-"+name, threadOnSky, c.now, 4)
			k.tied(t, threadOnSky)
			if got := s.state("tale"); got != c.states {
				t.Errorf("the parts are %s", got)
			}
			if t.Failed() {
				t.Log(s.outbox())
			}
		})
	}
}
