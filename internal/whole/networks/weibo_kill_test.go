package networks_test

import (
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
			s := weibo(t, weibofake.Options{})
			s.signIn()
			s.Run()
			s.Due("first", "second")
			hours := s.w.Person("小红").Mention(s.brand, "your hours?")
			p := s.Command([]string{"MAGPIE_CRASH_AT=" + point}, "run")
			if p.Ended(); !p.Killed() {
				t.Fatalf("it was not killed: %s", &p.Log)
			}
			p = s.Command(nil, "run")
			settled := func() bool {
				return s.Count(`SELECT count(*) FROM posts WHERE step <> 'later' AND state IN ('sent', 'in doubt')`) == "3"
			}
			s.until("posts and answer are out, or looked for", settled)
			p.Stop()
			s.patient()
			s.Run()
			s.patient()
			s.Run()
			if all := s.twice(); len(all) > 0 || len(s.answersTo(hours)) > 1 {
				t.Errorf("twice: %q", all)
			}
			if n := s.Count(`SELECT count(*) FROM posts WHERE step <> 'later' AND state IN ('sent', 'asked')`); n != "3" {
				t.Errorf("%s of 3 have come to an end\n%s", n, s.Outbox())
			}
			if lost := s.lost(); len(lost) > 0 {
				t.Errorf("%s", strings.Join(lost, "\n"))
			}
		})
	}
}

// patient lets the time pass that Weibo may take to show a post.
func (s *onWeibo) patient() {
	s.T.Helper()
	s.Tamper(`UPDATE posts SET slot_at = slot_at - 3600000, last_attempt_at = last_attempt_at - 3600000, next_at = 0 WHERE state = 'in doubt'`)
}

// lost are posts that are sent by the outbox's word and not on Weibo.
func (s *onWeibo) lost() (out []string) {
	there := map[string]bool{}
	for _, p := range s.brand.Posts() {
		there[p.ID] = true
	}
	for _, r := range s.Read(`SELECT step, remote_id FROM posts WHERE state = 'sent' AND kind = 'public'`) {
		if !there[r["remote_id"]] {
			out = append(out, r["step"]+" is sent, and not there")
		}
	}
	return out
}
