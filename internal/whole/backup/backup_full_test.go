package backup_test

import (
	"fmt"
	"testing"
	"time"

	"magpie/internal/whole/kit"
)

// Everything happens in the hour after a backup that was taken at full speed;
// then the backup is put back, and the program has to find out what went out.
func TestRestored(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"run ignore", "run replay500", "once honour", "killed ignore", "run postgres", "rewound postgres",
		"machines postgres"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			var how, kind, address string
			_, _ = fmt.Sscan(way, &how, &kind)
			if kind == "postgres" {
				kind, address = "ignore", kit.Schema(t)
			}
			s := openHour(t, kit.Servers[kind], address)
			h := s.Lose(how)
			h.Restore()
			began := time.Now()
			s.Net.Fail(unreadable("club"))
			s.Due("first", "second")
			s.InForce()
			asked := h.Ask()
			h.Blind(how, began)
			s.Net.Heal()
			if how == "killed" {
				h.Kills(8)
			}
			if how == "once" {
				s.Once()
			}
			var p *kit.Process
			if how == "machines" {
				p = s.Machine().Process
				defer s.Machine().Stop()
			} else {
				p = s.Start()
			}
			s.Until("it is matched", func() bool { return s.Count(`SELECT count(*) FROM magpie WHERE name = 'restored from'`) == "0" })
			h.Settled(asked, p)
		})
	}
}
