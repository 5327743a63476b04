package backup_test

import (
	"context"
	"testing"

	"magpie/internal/whole/kit"

	"magpie/internal/bot"
	"magpie/internal/sandbox"
	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

// A copy that is killed leaves nothing in the target, and a file that works.
func TestCopyKilled(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"audit", "posts", "selves"} { // the first, one in the middle, the last but few
		t.Run("at "+table, func(t *testing.T) {
			t.Parallel()
			s := openLost(t, sandbox.Variant{}, "ann")
			address := kit.Schema(t)
			db, err := store.Open(context.Background(), address, bot.Migrations()...) // makes the tables
			if err != nil {
				t.Fatal(err)
			}
			db.Close()
			raw := storetest.Raw(t, address)
			hold, err := raw.Begin()
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = hold.Rollback() }()
			if _, err := hold.Exec(`LOCK TABLE ` + table + ` IN SHARE MODE`); err != nil {
				t.Fatal(err)
			}
			p := s.Command(nil, "database", "copy", address)
			s.Until("the copy waits there", func() bool {
				var n int
				if err := raw.QueryRow(`SELECT count(*) FROM pg_locks WHERE NOT granted
					AND relation = '` + table + `'::regclass`).Scan(&n); err != nil {
					t.Fatal(err)
				}
				return n == 1
			})
			p.Kill()
			if err := hold.Rollback(); err != nil {
				t.Fatal(err)
			}
			there := *s
			there.Abroad = &kit.Abroad{Address: address, DB: raw}
			s.Until("nothing is left there", func() bool {
				for _, rows := range there.Tables() {
					if len(rows) > 0 {
						return false
					}
				}
				return true
			})
			s.Silence("dan", "a deal please", "shop")
			before := s.Tables()
			s.Must("database", "copy", address)
			there.Same(before)
			s.Sound("shop", "club")
		})
	}
}
