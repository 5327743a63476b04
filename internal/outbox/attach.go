package outbox

import (
	"context"
	"database/sql"
	"encoding/base64"

	"magpie/internal/network"
	"magpie/internal/store"
)

// Attach keeps the pictures of a post that belongs to no file.
func Attach(ctx context.Context, tx *sql.Tx, post string, images []network.Image) error {
	for n, i := range images {
		_, err := tx.ExecContext(ctx,
			`INSERT INTO attachments (post, n, name, alt, type, data) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
			post, n, i.Name, i.Alt, i.Type, base64.StdEncoding.EncodeToString(i.Data))
		if err != nil {
			return err
		}
	}
	return nil
}

// Attached are the pictures of a post that belongs to no file. Their data are gone once
// it is out.
func Attached(ctx context.Context, q store.Querier, post string) (out []network.Image, err error) {
	rows, err := q.QueryContext(ctx, `SELECT name, alt, type, data FROM attachments WHERE post = $1 ORDER BY n`, post)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var i network.Image
		var data string
		if err := rows.Scan(&i.Name, &i.Alt, &i.Type, &data); err != nil {
			return nil, err
		}
		if i.Data, err = base64.StdEncoding.DecodeString(data); err != nil {
			return nil, err
		}
		out = append(out, i)
	}
	return out, rows.Err()
}

// Shed forgets the data of pictures whose posts are out or will never be. It goes by the pictures: there are few, and posts without end.
func Shed(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `UPDATE attachments SET data = '' WHERE data <> '' AND EXISTS (SELECT 1 FROM posts
		WHERE posts.id = attachments.post AND posts.state IN ('sent', 'recalled', 'refused', 'withdrawn'))`)
	return err
}
