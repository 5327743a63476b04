package threads_test

import (
	"fmt"
	"magpie/internal/whole/kit"
	"slices"
	"strings"
	"testing"
	"time"
)

// threadOnSky is a text of four posts with two links, one at the end.
var threadOnSky = "See https://shop.example/tea?leaf=green first. " + kit.Tale(880) + " All is at https://shop.example/all-of-it-2027."

// On the real Bluesky network: root and parent are right, links can be clicked.
func TestThreadOnBluesky(t *testing.T) {
	t.Parallel()
	s, k := kit.Bluesky(t, "long-tale")
	if said, code := s.Login(k.AppPassword, ""); code != 0 {
		t.Fatalf("login: %d: %s", code, said)
	}
	s.Run()
	s.Threaded(threadOnSky, time.Second)
	s.Until("it is out", func() bool { s.Run(); return s.Wound(4)() })
	s.Run()
	k.Tied(t, threadOnSky)
	var all []string
	for _, r := range k.Records(t) {
		all = append(all, r.Links...)
	}
	if want := []string{"https://shop.example/tea?leaf=green", "https://shop.example/all-of-it-2027"}; !slices.Equal(all, want) {
		t.Errorf("one can click %v", all)
	}
}

// Killed at points of the second and third part, and with answers lost.
func TestThreadBlueskyKilled(t *testing.T) {
	t.Parallel()
	for i, point := range []string{"composed:2", "prepared:3", "frozen:2", "publishing:3", "published:2", "recording:3", "lost:before",
		"lost:after"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			s, k := kit.Bluesky(t, fmt.Sprint("long-tale-", i))
			if said, code := s.Login(k.AppPassword, ""); code != 0 {
				t.Fatalf("login: %d: %s", code, said)
			}
			s.Run()
			if how, lost := strings.CutPrefix(point, "lost:"); lost {
				k.Loses(how)
			}
			s.Threaded(threadOnSky, time.Second)
			s.Command([]string{"MAGPIE_CRASH_AT=" + point}, "run", "--once").Ended()
			s.Until("it is out", func() bool { kit.Pause(300 * time.Millisecond); s.Magpie("run", "--once"); return s.Wound(4)() })
			k.Tied(t, threadOnSky)
		})
	}
}
