package inbox

import (
	"context"
	"database/sql"

	"magpie/internal/network"
	"magpie/internal/store"
)

// SetSelf notes who an account of ours is on its network, for the machines that
// do not hold it.
func SetSelf(ctx context.Context, tx *sql.Tx, account string, s network.Self) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO selves (account, remote_id, handle) VALUES ($1, $2, $3)
		ON CONFLICT (account) DO UPDATE SET remote_id = excluded.remote_id, handle = excluded.handle`, account, s.ID, s.Handle)
	return err
}

// Selves are our accounts as their networks know them.
func Selves(ctx context.Context, db *store.DB) (map[string]network.Self, error) {
	rows, err := db.Read.QueryContext(ctx, `SELECT account, remote_id, handle FROM selves`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]network.Self{}
	for rows.Next() {
		var account string
		var s network.Self
		if err := rows.Scan(&account, &s.ID, &s.Handle); err != nil {
			return nil, err
		}
		out[account] = s
	}
	return out, rows.Err()
}
