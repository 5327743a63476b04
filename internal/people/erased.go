package people

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"time"

	"magpie/internal/store"
)

// ErasedKey is the mark that holds the key of the sums in the table erased.
const ErasedKey = "erased key"

// remember notes, in a form that no handle can be read from, that a person was
// erased: whoever comes back has had the codes that each person gets once, and is
// left alone if that is what they wanted.
func remember(ctx context.Context, tx *sql.Tx, id int64) error {
	if err := store.SetNewMark(ctx, tx, ErasedKey, rand.Text()); err != nil {
		return err
	}
	sums, err := sumsOf(ctx, tx, id)
	for _, sum := range sums {
		if _, err := tx.ExecContext(ctx,
			`INSERT INTO erased (sum, person, stopped_at) SELECT $1, $2, COALESCE((SELECT p.stopped_at FROM persons p
			JOIN optouts o ON o.person = p.id WHERE p.id = $3), 0) WHERE true ON CONFLICT (sum, person) DO UPDATE
			SET stopped_at = excluded.stopped_at`, sum.Sum, id, id); err != nil {
			return err
		}
	}
	return err
}

// recall leaves those alone who come back after they were erased and had wanted that.
func recall(ctx context.Context, tx *sql.Tx, now time.Time, persons ...int64) error {
	sums, err := sumsOf(ctx, tx, persons...)
	if err != nil || len(sums) == 0 {
		return err
	}
	each, err := store.Each(sums)
	if err != nil {
		return err
	}
	rows, err := tx.QueryContext(ctx, `SELECT CAST(j.value ->> 'person' AS BIGINT), max(e.stopped_at) FROM json_each($1) j
		CROSS JOIN erased e WHERE e.sum = j.value ->> 'sum' AND e.stopped_at > 0 GROUP BY 1`, each)
	if err != nil {
		return err
	}
	defer rows.Close()
	stopped := map[int64]int64{}
	for rows.Next() {
		var person, at int64
		if err := rows.Scan(&person, &at); err != nil {
			return err
		}
		stopped[person] = at
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for person, at := range stopped {
		if _, err := OptOut(ctx, tx, person, "before they were erased", store.Time(at), now); err != nil {
			return err
		}
	}
	return nil
}

// unstop forgets that somebody wanted to be left alone before they were erased: they have taken it back.
func unstop(ctx context.Context, tx *sql.Tx, person int64) error {
	sums, err := sumsOf(ctx, tx, person)
	for _, s := range sums {
		if _, err := tx.ExecContext(ctx, `UPDATE erased SET stopped_at = 0 WHERE sum = $1`, s.Sum); err != nil {
			return err
		}
	}
	return err
}

// Former are the numbers under which persons were known before they were erased, by their numbers now.
func Former(ctx context.Context, tx *sql.Tx, persons ...int64) (map[int64][]int64, error) {
	sums, err := sumsOf(ctx, tx, persons...)
	if err != nil || len(sums) == 0 {
		return nil, err
	}
	each, err := store.Each(sums)
	if err != nil {
		return nil, err
	}
	rows, err := tx.QueryContext(ctx, `SELECT DISTINCT CAST(j.value ->> 'person' AS BIGINT), e.person FROM json_each($1) j
		CROSS JOIN erased e WHERE e.sum = j.value ->> 'sum' AND e.person <> CAST(j.value ->> 'person' AS BIGINT)`, each)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	former := map[int64][]int64{}
	for rows.Next() {
		var now, then int64
		if err := rows.Scan(&now, &then); err != nil {
			return nil, err
		}
		former[now] = append(former[now], then)
	}
	return former, rows.Err()
}

// handleSum is the sum of a person's handle.
type handleSum struct {
	Person int64  `json:"person"`
	Sum    string `json:"sum"`
}

// sumsOf are the sums of persons' handles; none while nobody was ever erased.
func sumsOf(ctx context.Context, tx *sql.Tx, persons ...int64) (sums []handleSum, err error) {
	key, err := store.MarkIn(ctx, tx, ErasedKey)
	if err != nil || key == "" {
		return nil, err
	}
	all := make([]handleSum, len(persons))
	for i, p := range persons {
		all[i].Person = p
	}
	each, err := store.Each(all)
	if err != nil {
		return nil, err
	}
	rows, err := tx.QueryContext(ctx, `SELECT h.person, h.network || ' ' || h.handle FROM json_each($1) j
		CROSS JOIN handles h WHERE h.person = CAST(j.value ->> 'person' AS BIGINT)`, each)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s handleSum
		var handle string
		if err := rows.Scan(&s.Person, &handle); err != nil {
			return nil, err
		}
		sum := hmac.New(sha256.New, []byte(key))
		sum.Write([]byte(handle))
		s.Sum = hex.EncodeToString(sum.Sum(nil))
		sums = append(sums, s)
	}
	return sums, rows.Err()
}
