package bot

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"testing"
	"time"

	"magpie/internal/compose"
	"magpie/internal/outbox"
)

// TestSameTextAtTheSameInstant: two accounts are about to say the same, and neither sees the other's post while it looks. One says it.
func TestSameTextAtTheSameInstant(t *testing.T) {
	const text = "A kettle lasts much longer if it is descaled with vinegar on the first Sunday of each and every month."
	for round := range 3 {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			w := newWorld(t, day1, nil)
			w.must(w.DB.Write(t.Context(), func(tx *sql.Tx) error {
				for _, account := range []string{"outlet", "home"} {
					p := &outbox.Post{Key: "twin/" + account, Kind: outbox.Public, Account: account, Campaign: compose.PushCampaign, Step: "twin",
						Text: text, SlotAt: w.now}
					if _, err := outbox.Add(t.Context(), tx, p, w.now); err != nil {
						return err
					}
				}
				return nil
			}))
			var looked sync.WaitGroup // both have looked, or one must wait for the other
			looked.Add(2)
			both := make(chan struct{})
			go func() { looked.Wait(); close(both) }()
			var passes sync.WaitGroup
			for _, x := range w.Accounts.Opened() {
				recheck, first := x.Publisher.Hooks.Recheck, sync.Once{}
				x.Publisher.Hooks.Recheck = func(ctx context.Context, tx *sql.Tx, all []*outbox.Ready, now time.Time) error {
					err := recheck(ctx, tx, all, now)
					first.Do(looked.Done)
					select {
					case <-both:
					case <-time.After(time.Second):
					}
					return err
				}
				passes.Go(func() {
					if _, err := x.Publisher.Pass(context.Background()); err != nil {
						t.Error(err)
					}
				})
			}
			passes.Wait()
			if out := len(w.texts("outlet")) + len(w.texts("home")); out != 1 {
				t.Errorf("%d accounts have said it", out)
			}
			if n := len(w.posts(`state = 'refused' AND lower(reason) LIKE '%same-text%'`)); n != 1 {
				t.Errorf("%d are refused with the rule's name: %v", n, w.posts(`step = 'twin'`))
			}
		})
	}
}
