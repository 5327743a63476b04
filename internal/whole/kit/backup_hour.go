package kit

import (
	"context"
	"path/filepath"

	"magpie/internal/bot"
	"magpie/internal/store"
)

// Backup is one by the clock of the test.
func (s *Timed) Backup() (restore func()) {
	s.T.Helper()
	ctx, path, file := context.Background(), filepath.Join(s.Dir, "magpie.db"), filepath.Join(s.T.TempDir(), "old.db")
	db, err := store.Open(ctx, path, bot.Migrations()...)
	if err == nil {
		err = db.Backup(ctx, file, s.Now())
	}
	if err != nil {
		s.T.Fatal(err)
	}
	defer db.Close()
	return func() {
		s.T.Helper()
		if _, err := store.Restore(ctx, file, path, s.Now(), bot.Migrations()...); err != nil {
			s.T.Fatal(err)
		}
	}
}

// Says lets somebody write, and the bot look at it.
func (s *Timed) Says(who, text string) {
	s.Hears(who, text, "shop")
	s.Once()
}
