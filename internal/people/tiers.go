package people

import (
	"context"
	"database/sql"
	"strconv"
	"time"

	"magpie/internal/store"
)

// bounds are where the fifths of all customers end, by how long ago they bought last, how often and how much (RFM). Equal customers are
// never told apart: as often or as much as the last of a fifth is in that one; as lately as the first of a fifth is in that one, for
// many have bought on the same day.
const bounds = `SELECT word, CASE WHEN word = 'recency' THEN place - 1 ELSE place END, CASE WHEN word = 'recency' THEN min(value) ELSE max(value) END
	FROM (SELECT 'recency' AS word, ntile(5) OVER (ORDER BY last_order) AS place, last_order AS value FROM persons WHERE orders > 0
			AND last_order IS NOT NULL
		UNION ALL SELECT 'frequency', ntile(5) OVER (ORDER BY orders), orders FROM persons WHERE orders > 0
		UNION ALL SELECT 'monetary', ntile(5) OVER (ORDER BY spent), spent FROM persons WHERE orders > 0
	) f WHERE word = 'recency' AND place > 1 OR word <> 'recency' AND place < 5 GROUP BY word, place`

// tierBound is one of them.
type tierBound struct {
	Word  string `json:"word"`
	Place int64  `json:"place"`
	Bound int64  `json:"bound"`
}

// rankedMark says when that was done.
const rankedMark = "tiers ranked"

// RankTiers computes anew where the fifths of all customers end: what the words recency, frequency, monetary and tier of segments go by.
// Reading all customers holds nobody up; what is kept of it are twelve rows.
func (b *Book) RankTiers(ctx context.Context, now time.Time) error {
	rows, err := b.DB.Read.QueryContext(ctx, bounds)
	if err != nil {
		return err
	}
	defer rows.Close()
	var all []tierBound
	for rows.Next() {
		var t tierBound
		if err := rows.Scan(&t.Word, &t.Place, &t.Bound); err != nil {
			return err
		}
		all = append(all, t)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	each, err := store.Each(all)
	if err != nil {
		return err
	}
	return b.DB.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM tiers`); err != nil {
			return err
		}
		if err := store.SetMark(ctx, tx, rankedMark, strconv.FormatInt(store.Ms(now), 10)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx,
			`INSERT INTO tiers (word, place, bound) SELECT j.value ->> 'word', CAST(j.value ->> 'place' AS BIGINT),
			CAST(j.value ->> 'bound' AS BIGINT) FROM json_each($1) j`, each)
		return err
	})
}

// RankedAt is when RankTiers was last done; zero: never.
func (b *Book) RankedAt(ctx context.Context) (time.Time, error) {
	text, err := b.DB.Mark(ctx, rankedMark)
	ms, _ := strconv.ParseInt(text, 10, 64) // none: never
	return store.Time(ms), err
}
