package queue

import (
	"context"
	"database/sql"
	"strconv"
	"sync"
	"time"

	"magpie/internal/store"
)

// settling is how long a piece of work that is done may take to be written off:
// River does that in batches.
const settling = 15 * time.Second

// hands are the pieces of work that this process has in hand, and those it has
// just laid down.
type hands struct {
	mu   sync.Mutex
	held map[int64]time.Time // zero: in hand
}

func (h *hands) take(id int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.held == nil {
		h.held = map[int64]time.Time{}
	}
	h.held[id] = time.Time{}
}

func (h *hands) lay(id int64, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.held[id] = now
}

// ids are those held at now.
func (h *hands) ids(now time.Time) []int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := []int64{}
	for id, laid := range h.held {
		if !laid.IsZero() && now.Sub(laid) > settling {
			delete(h.held, id)
			continue
		}
		out = append(out, id)
	}
	return out
}

// Reclaim takes up work that counts as ours and that we do not have in hand: the
// answer that would have given it to us, or the word that it is done, was lost
// with the line, or on a full disk.
func (q *Queue) Reclaim(ctx context.Context) error {
	held := "0"
	for _, id := range q.hands.ids(time.Now()) {
		held += "," + strconv.FormatInt(id, 10)
	}
	lost := `UPDATE river_job SET state = 'available', scheduled_at = strftime('%Y-%m-%d %H:%M:%f', 'now') WHERE state = 'running'
		AND julianday(attempted_at) < julianday('now') - 15 / 86400.0 AND $1 <> '' AND id NOT IN (` + held + `)`
	if q.db.Postgres() {
		lost = `UPDATE river_job SET state = 'available', scheduled_at = now() WHERE state = 'running'
			AND attempted_by[array_upper(attempted_by, 1)] = $1 AND attempted_at < now() - interval '15 seconds' AND id NOT IN (` + held + `)`
	}
	return q.db.Batch(ctx, func(tx *sql.Tx) error {
		changed, err := store.Changed(tx.ExecContext(ctx, lost, q.owner))
		if err != nil || !changed || !q.db.Postgres() {
			return err
		}
		_, err = tx.ExecContext(ctx, notify+` FROM (SELECT DISTINCT queue FROM river_job WHERE state = 'available') waiting`)
		return err
	})
}
