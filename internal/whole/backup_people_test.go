package whole_test

import (
	"slices"
	"testing"

	"magpie/internal/sandbox"
)

// Somebody who came for the first time in the lost hour, and was told a code
// then, is told the same code when they ask again.
func TestRestoredNewcomerHasACode(t *testing.T) {
	t.Parallel()
	s := openLost(t, servers["ignore"], "ann")
	restore := s.backup("old.db")
	s.silence("dan", "a deal please", "shop")
	s.silence("fay", "a card please", "club")
	dan := s.codes("dan", "shop", "club")
	restore()
	s.once()
	s.silence("dan", "I lost it, a deal please", "club")
	if again := s.codes("dan", "shop", "club"); len(dan) != 1 || !slices.Equal(again, dan) {
		t.Errorf("dan was told %v, and after the restore %v", dan, again)
	}
	s.must("coupons", "release", "card")
	s.silence("fay", "I lost my card", "shop")
	s.silence("gus", "a card please", "shop")
	s.sound("shop", "club")
	if n := len(s.codes("gus", "shop", "club")); n != 1 {
		t.Errorf("gus has %d cards, not 1:\n%s", n, s.outbox())
	}
}

// Somebody who joined in the lost hour and got a mailing then does not get it
// again; that they joined counts.
func TestRestoredNewcomerGotMail(t *testing.T) {
	t.Parallel()
	for _, offer := range []string{"", "gift", "card"} {
		t.Run("offer "+offer, func(t *testing.T) {
			t.Parallel()
			s := openLost(t, servers["ignore"], "ann")
			restore := s.backup("old.db")
			s.silence("eve", "I want to join", "shop")
			words := map[string]string{"": "Lamps for you, {{name}}", "gift": "Dear {{name}}: {{code}}", "card": "Hello {{name}}: {{code}}"}[offer]
			s.mail("letter", offer, words)
			s.mailedOut("letter", 2)
			restore()
			s.once()
			s.once()
			s.sound("shop", "club")
			s.mail("next", "", "The next letter, {{name}}")
			s.mailedOut("next", 2)
			s.sound("shop", "club")
		})
	}
}

// The backup was taken while a mailing was being written down.
func TestRestoredInAMailing(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"reserved", "expanding", "expanded", "freezing:2", "published:2"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			s := openLost(t, servers["ignore"], "ann", "bob", "cai")
			s.mail("letter", "gift", "Dear {{name}}: {{code}}")
			p := s.start("MAGPIE_CRASH_AT=" + point)
			if p.ended(); !p.killed() {
				t.Fatalf("it was not killed:\n%s", &p.log)
			}
			restore := s.backup("old.db")
			p = s.start()
			s.until("the mailing is out", func() bool { s.attend(); return s.out("letter") == 3 })
			p.stop()
			restore()
			p = s.start()
			s.until("it is matched", func() bool { return p.log.says("posts go out again") == 1 })
			m := s.hears("dan", "a deal please", "shop")
			s.until("dan is answered", func() bool { return len(s.answers(m, "shop")) == 1 })
			p.stop()
			s.once()
			s.sound("shop", "club")
			if n := s.out("letter"); n != 3 {
				t.Errorf("%d letters are known to be out, not 3:\n%s", n, s.outbox())
			}
		})
	}
}

// Somebody asks while it is not known yet what went out.
func TestRestoredAskedMeanwhile(t *testing.T) {
	t.Parallel()
	s := openLost(t, servers["ignore"], "ann", "bob")
	restore := s.backup("old.db")
	s.mail("letter", "gift", "Dear {{name}}: {{code}}")
	s.mailedOut("letter", 2)
	restore()
	s.net.Fail(unreadable("shop"))
	p := s.start()
	s.until("it has tried", func() bool { return p.log.says("can't be looked up yet") > 0 })
	m := s.hears("ann", "a deal please", "shop")
	s.until("ann is heard", func() bool { return s.mention(m)["state"] == "answered" || p.log.says("can't be looked up yet") > 3 })
	s.net.Heal()
	s.until("ann is answered", func() bool { return len(s.answers(m, "shop")) == 1 })
	p.stop()
	s.sound("shop", "club")
}

// unreadable lets an account's own posts not be read.
func unreadable(account string) sandbox.Fault {
	return sandbox.Fault{Method: "GET", PathPrefix: "/api/v1/accounts/", Account: account, Times: -1,
		What: sandbox.Answer(503, `{"error":"busy"}`, map[string]string{"Retry-After": "1"})}
}

// A database may be restored a second time.
func TestRestoredTwice(t *testing.T) {
	t.Parallel()
	s := openLost(t, servers["ignore"], "ann")
	restore := s.backup("one.db")
	s.silence("dan", "what are your hours?", "shop")
	restore()
	s.once()
	restore = s.backup("two.db")
	s.silence("eve", "what are your hours?", "shop")
	s.silence("eve", "a deal please", "shop")
	s.mail("letter", "gift", "Dear {{name}}: {{code}}")
	s.mailedOut("letter", 1)
	restore()
	s.once()
	s.silence("eve", "again, a deal please", "shop")
	s.sound("shop", "club")
	for _, m := range s.read(`SELECT * FROM mentions WHERE state = 'answered' AND rule LIKE 'service/hours'`) {
		if m["answered_by"] == "" {
			t.Errorf("%v", m)
		}
	}
}
