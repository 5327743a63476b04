package whole_test

import (
	"context"
	"path/filepath"
	"testing"

	"magpie/internal/bot"
	"magpie/internal/store"
)

// backup is one by the clock of the test.
func (s *timed) backup() (restore func()) {
	s.t.Helper()
	ctx, path, file := context.Background(), filepath.Join(s.dir, "magpie.db"), filepath.Join(s.t.TempDir(), "old.db")
	db, err := store.Open(ctx, path, bot.Migrations()...)
	if err == nil {
		err = db.Backup(ctx, file, s.now())
	}
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	return func() {
		s.t.Helper()
		if _, err := store.Restore(ctx, file, path, s.now(), bot.Migrations()...); err != nil {
			s.t.Fatal(err)
		}
	}
}

// says lets somebody write, and the bot look at it.
func (s *timed) says(who, text string) {
	s.hears(who, text, "shop")
	s.once()
}

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
			s := openTimed(t, servers["ignore"], "10:00")
			for _, who := range []string{"ann", "bob"} {
				s.says(who, "I want to join")
			}
			s.write("templates/letter.en.tmpl", words)
			s.write("templates/claim.en.tmpl", "For you, {{name}}: {{code}} until {{until}}")
			s.write("campaigns/letter.yaml", "title: Letter\noffer: gift\nsteps:\n  letter: {accounts: [shop], at: 2027-03-10 10:30, to: "+
				"{segment: friends, by: direct}, late: {after: 3h, then: skip}, say: letter}\n"+
				"  first: {accounts: [shop], at: 2027-03-10 10:40, say: first}\n  second: {accounts: [shop], at: 2027-03-10 11:05, say: second}\n")
			s.once()
			s.hears("cai", "a deal please", "shop")
			s.once()
			restore := s.backup()
			for _, wall := range []string{"10:30", "10:31", "10:40"} {
				s.goTo(wall)
				s.once()
			}
			s.says("bob", "STOP")
			s.goTo("11:00")
			if n := s.out("letter"); n != 2 || s.state("first") != "sent" {
				t.Fatalf("%d letters are out, not 2:\n%s", n, s.outbox())
			}
			restore()
			for _, wall := range []string{"11:00", "11:01", "11:05", "11:06"} {
				s.goTo(wall)
				s.once()
			}
			s.sound("shop")
			s.says("ann", "a deal please")
			s.says("cai", "that deal, please")
			s.sound("shop")
			if got := s.state("first") + " " + s.state("second"); got != "sent sent" {
				t.Errorf("the posts are %s, not sent and sent:\n%s", got, s.outbox())
			}
			if n := len(s.timeline("shop")); n != 10 {
				t.Errorf("there are %d posts:\n%s", n, s.outbox())
			}
		})
	}
}

// A template that is edited after its post went out does not send it again.
func TestRestoredAfterAnEdit(t *testing.T) {
	t.Parallel()
	s := openTimed(t, servers["ignore"], "10:00")
	s.says("ann", "I want to join")
	s.write("campaigns/letter.yaml", "title: Letter\nsteps:\n  letter: {accounts: [shop], at: 2027-03-10 10:30, to: {segment: friends, "+
		"by: direct}, late: {after: 3h, then: skip}, say: friends}\n"+
		"  first: {accounts: [shop], at: 2027-03-10 10:40, late: {after: 2h, then: skip}, say: first}\n")
	s.once()
	restore := s.backup()
	for _, wall := range []string{"10:30", "10:40"} {
		s.goTo(wall)
		s.once()
	}
	s.write("templates/friends.en.tmpl", "Our friends know it first: the winter list is here, with lamps.")
	s.write("templates/first.en.tmpl", "A kettle lasts longer if it is descaled every other week.")
	s.goTo("11:00")
	s.once()
	restore()
	s.once()
	s.goTo("11:01")
	s.once()
	if n := len(s.timeline("shop")); n != 3 {
		t.Errorf("there are %d posts, not a welcome, a letter and a public one:\n%s", n, s.outbox())
	}
}
