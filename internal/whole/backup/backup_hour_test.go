package backup_test

import (
	"testing"

	"magpie/internal/whole/kit"
)

// An hour is lost, by the clock: mailings that name the time until which a code
// is good, rules with a limit, codes that end.
func TestRestoredAnHourLater(t *testing.T) {
	t.Parallel()
	for name, words := range map[string]string{
		"a code":         "Dear {{name}}: {{code}}",
		"until when":     "Dear {{name}}: {{code}}, good until {{until}}",
		"link and until": "Dear {{name}}, {{link}} is good until {{until}}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.OpenTimed(t, kit.Servers["ignore"], "10:00")
			for _, who := range []string{"ann", "bob"} {
				s.Says(who, "I want to join")
			}
			s.Write("templates/letter.en.tmpl", words)
			s.Write("templates/claim.en.tmpl", "For you, {{name}}: {{code}} until {{until}}")
			s.Write("campaigns/letter.yaml", "title: Letter\noffer: gift\nsteps:\n  letter: {accounts: [shop], at: 2027-03-10 10:30, to: "+
				"{segment: friends, by: direct}, late: {after: 3h, then: skip}, say: letter}\n"+
				"  first: {accounts: [shop], at: 2027-03-10 10:40, say: first}\n  second: {accounts: [shop], at: 2027-03-10 11:05, say: second}\n")
			s.Once()
			s.Hears("cai", "a deal please", "shop")
			s.Once()
			restore := s.Backup()
			for _, wall := range []string{"10:30", "10:31", "10:40"} {
				s.GoTo(wall)
				s.Once()
			}
			s.Says("bob", "STOP")
			s.GoTo("11:00")
			if n := s.Out("letter"); n != 2 || s.State("first") != "sent" {
				t.Fatalf("%d letters are out, not 2:\n%s", n, s.Outbox())
			}
			restore()
			for _, wall := range []string{"11:00", "11:01", "11:05", "11:06"} {
				s.GoTo(wall)
				s.Once()
			}
			s.Sound("shop")
			s.Says("ann", "a deal please")
			s.Says("cai", "that deal, please")
			s.Sound("shop")
			if got := s.State("first") + " " + s.State("second"); got != "sent sent" {
				t.Errorf("the posts are %s, not sent and sent:\n%s", got, s.Outbox())
			}
			if n := len(s.Timeline("shop")); n != 10 {
				t.Errorf("there are %d posts:\n%s", n, s.Outbox())
			}
		})
	}
}

// A template that is edited after its post went out does not send it again.
func TestRestoredAfterAnEdit(t *testing.T) {
	t.Parallel()
	s := kit.OpenTimed(t, kit.Servers["ignore"], "10:00")
	s.Says("ann", "I want to join")
	s.Write("campaigns/letter.yaml", "title: Letter\nsteps:\n  letter: {accounts: [shop], at: 2027-03-10 10:30, to: {segment: friends, "+
		"by: direct}, late: {after: 3h, then: skip}, say: friends}\n"+
		"  first: {accounts: [shop], at: 2027-03-10 10:40, late: {after: 2h, then: skip}, say: first}\n")
	s.Once()
	restore := s.Backup()
	for _, wall := range []string{"10:30", "10:40"} {
		s.GoTo(wall)
		s.Once()
	}
	s.Write("templates/friends.en.tmpl", "Our friends know it first: the winter list is here, with lamps.")
	s.Write("templates/first.en.tmpl", "A kettle lasts longer if it is descaled every other week.")
	s.GoTo("11:00")
	s.Once()
	restore()
	s.Once()
	s.GoTo("11:01")
	s.Once()
	if n := len(s.Timeline("shop")); n != 3 {
		t.Errorf("there are %d posts, not a welcome, a letter and a public one:\n%s", n, s.Outbox())
	}
}
