package outbox

import (
	"context"
	"database/sql"

	"magpie/internal/store"
)

// LeaveOut notes for how many people of its segment a mailing is not, by the reasons why. It is told once for each person, and
// anew when a mailing comes back.
func LeaveOut(ctx context.Context, tx *sql.Tx, mailing string, people map[string]int) error {
	for why, n := range people {
		if _, err := tx.ExecContext(ctx, `INSERT INTO left_out (mailing, why, people) VALUES ($1, $2, $3)
			ON CONFLICT (mailing, why) DO UPDATE SET people = left_out.people + excluded.people`, mailing, why, n); err != nil {
			return err
		}
	}
	return nil
}

// Audience is what became of a mailing's people: of its posts by their states, and of those who were left out by the reasons why.
func Audience(ctx context.Context, q store.Querier, mailing *Post) (posts map[State]int, leftOut map[string]int, err error) {
	if posts, err = counted[State](ctx, q, `SELECT state, count(*) FROM posts WHERE campaign = $1 AND step = $2 AND occurrence = $3
		AND parent = $4 GROUP BY state`, mailing.Campaign, mailing.Step, mailing.Occurrence, mailing.ID); err != nil {
		return nil, nil, err
	}
	leftOut, err = counted[string](ctx, q, `SELECT why, people FROM left_out WHERE mailing = $1`, mailing.ID)
	return posts, leftOut, err
}

// counted are rows of a word and a number.
func counted[K ~string](ctx context.Context, q store.Querier, query string, args ...any) (map[K]int, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[K]int{}
	for rows.Next() {
		var what K
		var n int
		if err := rows.Scan(&what, &n); err != nil {
			return nil, err
		}
		out[what] = n
	}
	return out, rows.Err()
}
