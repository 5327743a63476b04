package inbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"magpie/internal/network"
	"magpie/internal/store"
)

// SetSelf notes who an account of ours is on its network, for the machines that
// do not hold it.
func SetSelf(ctx context.Context, tx *sql.Tx, account string, s network.Self, l network.Limits) error {
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO selves (account, remote_id, handle, limits, bot) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (account) DO UPDATE SET remote_id = excluded.remote_id, handle = excluded.handle, limits = excluded.limits, bot = excluded.bot`, account, s.ID, s.Handle, string(text), s.Bot)
	return err
}

// Limits are what an account's server said that it allows; known is false while it
// has not been asked.
func Limits(ctx context.Context, db *store.DB, account string) (l network.Limits, known bool, err error) {
	var text string
	err = db.Read.QueryRowContext(ctx, `SELECT limits FROM selves WHERE account = $1`, account).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) || err == nil && text == "" {
		return l, false, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &l)
	}
	return l, err == nil, err
}

// Selves are our accounts as their networks know them.
func Selves(ctx context.Context, db *store.DB) (map[string]network.Self, error) {
	rows, err := db.Read.QueryContext(ctx, `SELECT account, remote_id, handle, bot FROM selves`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]network.Self{}
	for rows.Next() {
		var account string
		var s network.Self
		if err := rows.Scan(&account, &s.ID, &s.Handle, &s.Bot); err != nil {
			return nil, err
		}
		out[account] = s
	}
	return out, rows.Err()
}
