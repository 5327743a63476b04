package outbox_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"magpie/internal/audit"
	"magpie/internal/coupon"
	"magpie/internal/inbox"
	"magpie/internal/lease"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/store/storetest"
)

// TestSentAt: a post that several attempts were made for went out by the first, unless the network says that it came to be later. Its clock
// may be wrong: it is taken between the first attempt and now.
func TestSentAt(t *testing.T) {
	db := storetest.Open(t, audit.Migrations(), need.Migrations(), coupon.Migrations(), inbox.Migrations(), lease.Migrations(),
		outbox.Migrations())
	noon := time.Date(2027, 11, 26, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		doubts   int
		says     time.Time
		wantLate time.Duration // after noon
	}{
		"the first attempt":        {0, noon.Add(-time.Hour), 2 * time.Minute},
		"a lost answer":            {1, time.Time{}, 0},
		"a second attempt":         {1, noon.Add(90 * time.Second), 90 * time.Second},
		"a clock that is slow":     {1, noon.Add(-time.Hour), 0},
		"a clock that runs before": {1, noon.Add(time.Hour), 2 * time.Minute},
	} {
		p := &outbox.Post{Key: name, Kind: outbox.Public, Account: "a", SlotAt: noon}
		err := db.Write(context.Background(), func(tx *sql.Tx) error {
			if _, err := outbox.Add(t.Context(), tx, p, noon); err != nil {
				return err
			}
			if _, err := tx.Exec(`UPDATE posts SET state = 'sending' WHERE id = $1`, p.ID); err != nil {
				return err
			}
			p.Doubts, p.FirstAttemptAt = c.doubts, noon
			_, err := outbox.MarkSent(t.Context(), tx, "bot", noon.Add(2*time.Minute), outbox.Arrived{Post: p,
				Receipt: network.Receipt{ID: name, At: c.says}})
			return err
		})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, err := outbox.ByKey(t.Context(), db.Read, name); err != nil || got.SentAt.Sub(noon) != c.wantLate {
			t.Errorf("%s: sent %s after noon, want %s (%v)", name, got.SentAt.Sub(noon), c.wantLate, err)
		}
	}
}
