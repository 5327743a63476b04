package backup_test

import (
	"slices"
	"testing"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// Somebody who came for the first time in the lost hour, and was told a code
// then, is told the same code when they ask again.
func TestRestoredNewcomerHasACode(t *testing.T) {
	t.Parallel()
	s := openLost(t, kit.Servers["ignore"], "ann")
	restore := s.Backup("old.db")
	s.Silence("dan", "a deal please", "shop")
	s.Silence("fay", "a card please", "club")
	dan := s.Codes("dan", "shop", "club")
	restore()
	s.Once()
	s.Silence("dan", "I lost it, a deal please", "club")
	if again := s.Codes("dan", "shop", "club"); len(dan) != 1 || !slices.Equal(again, dan) {
		t.Errorf("dan was told %v, and after the restore %v", dan, again)
	}
	s.Must("coupons", "release", "card")
	s.Silence("fay", "I lost my card", "shop")
	s.Silence("gus", "a card please", "shop")
	s.Sound("shop", "club")
	if n := len(s.Codes("gus", "shop", "club")); n != 1 {
		t.Errorf("gus has %d cards, not 1:\n%s", n, s.Outbox())
	}
}

// Somebody who joined in the lost hour and got a mailing then does not get it
// again; that they joined counts.
func TestRestoredNewcomerGotMail(t *testing.T) {
	t.Parallel()
	for _, offer := range []string{"", "gift", "card"} {
		t.Run("offer "+offer, func(t *testing.T) {
			t.Parallel()
			s := openLost(t, kit.Servers["ignore"], "ann")
			restore := s.Backup("old.db")
			s.Silence("eve", "I want to join", "shop")
			words := map[string]string{"": "Lamps for you, {{name}}", "gift": "Dear {{name}}: {{code}}", "card": "Hello {{name}}: {{code}}"}[offer]
			s.Mail("letter", offer, words)
			s.MailedOut("letter", 2)
			restore()
			s.Once()
			s.Once()
			s.Sound("shop", "club")
			s.Mail("next", "", "The next letter, {{name}}")
			s.MailedOut("next", 2)
			s.Sound("shop", "club")
		})
	}
}

// The backup was taken while a mailing was being written down.
func TestRestoredInAMailing(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"reserved", "expanding", "expanded", "freezing:2", "published:2"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			s := openLost(t, kit.Servers["ignore"], "ann", "bob", "cai")
			s.Mail("letter", "gift", "Dear {{name}}: {{code}}")
			p := s.Start("MAGPIE_CRASH_AT=" + point)
			if p.Ended(); !p.Killed() {
				t.Fatalf("it was not killed:\n%s", &p.Log)
			}
			restore := s.Backup("old.db")
			p = s.Start()
			s.Until("the mailing is out", func() bool { s.Attend(); return s.Out("letter") == 3 })
			p.Stop()
			restore()
			p = s.Start()
			s.Until("it is matched", func() bool { return p.Log.Says("posts go out again") == 1 })
			m := s.Hears("dan", "a deal please", "shop")
			s.Until("dan is answered", func() bool { return len(s.Answers(m, "shop")) == 1 })
			p.Stop()
			s.Once()
			s.Sound("shop", "club")
			if n := s.Out("letter"); n != 3 {
				t.Errorf("%d letters are known to be out, not 3:\n%s", n, s.Outbox())
			}
		})
	}
}

// Somebody asks while it is not known yet what went out.
func TestRestoredAskedMeanwhile(t *testing.T) {
	t.Parallel()
	s := openLost(t, kit.Servers["ignore"], "ann", "bob")
	restore := s.Backup("old.db")
	s.Mail("letter", "gift", "Dear {{name}}: {{code}}")
	s.MailedOut("letter", 2)
	restore()
	s.Net.Fail(unreadable("shop"))
	p := s.Start()
	s.Until("it has tried", func() bool { return p.Log.Says("can't be looked up yet") > 0 })
	m := s.Hears("ann", "a deal please", "shop")
	s.Until("ann is heard", func() bool { return s.Mention(m)["state"] == "answered" || p.Log.Says("can't be looked up yet") > 3 })
	s.Net.Heal()
	s.Until("ann is answered", func() bool { return len(s.Answers(m, "shop")) == 1 })
	p.Stop()
	s.Sound("shop", "club")
}

// unreadable lets an account's own posts not be read.
func unreadable(account string) sandbox.Fault {
	return sandbox.Fault{Method: "GET", PathPrefix: "/api/v1/accounts/", Account: account, Times: -1,
		What: sandbox.Answer(503, `{"error":"busy"}`, map[string]string{"Retry-After": "1"})}
}

// A database may be restored a second time.
func TestRestoredTwice(t *testing.T) {
	t.Parallel()
	s := openLost(t, kit.Servers["ignore"], "ann")
	restore := s.Backup("one.db")
	s.Silence("dan", "what are your hours?", "shop")
	restore()
	s.Once()
	restore = s.Backup("two.db")
	s.Silence("eve", "what are your hours?", "shop")
	s.Silence("eve", "a deal please", "shop")
	s.Mail("letter", "gift", "Dear {{name}}: {{code}}")
	s.MailedOut("letter", 1)
	restore()
	s.Once()
	s.Silence("eve", "again, a deal please", "shop")
	s.Sound("shop", "club")
	for _, m := range s.Read(`SELECT * FROM mentions WHERE state = 'answered' AND rule LIKE 'service/hours'`) {
		if m["answered_by"] == "" {
			t.Errorf("%v", m)
		}
	}
}
