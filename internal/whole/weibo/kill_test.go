package weibo_test

import (
	"magpie/internal/whole/kit"
	"strings"
	"testing"

	"magpie/internal/network/weibo/weibofake"
)

// Each post is out once or asked, wherever the program is killed.
func TestWeiboKilled(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"frozen", "publishing", "published", "recorded", "recording", "answering", "kept", "heard"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			s := kit.Weibo(t, weibofake.Options{})
			s.SignIn()
			s.Run()
			s.Due("first", "second")
			hours := s.W.Person("小红").Mention(s.Brand, "your hours?")
			p := s.Command([]string{"MAGPIE_CRASH_AT=" + point}, "run")
			if p.Ended(); !p.Killed() {
				t.Fatalf("it was not killed: %s", &p.Log)
			}
			p = s.Command(nil, "run")
			settled := func() bool {
				return s.Count(`SELECT count(*) FROM posts WHERE step <> 'later' AND state IN ('sent', 'in doubt')`) == "3"
			}
			s.Until("posts and answer are out, or looked for", settled)
			p.Stop()
			s.Patient()
			s.Run()
			s.Patient()
			s.Run()
			if all := s.Twice(); len(all) > 0 || len(s.AnswersTo(hours)) > 1 {
				t.Errorf("twice: %q", all)
			}
			if n := s.Count(`SELECT count(*) FROM posts WHERE step <> 'later' AND state IN ('sent', 'asked')`); n != "3" {
				t.Errorf("%s of 3 have come to an end\n%s", n, s.Outbox())
			}
			if lost := s.Lost(); len(lost) > 0 {
				t.Errorf("%s", strings.Join(lost, "\n"))
			}
		})
	}
}
