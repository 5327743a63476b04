package audit

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"magpie/internal/store"
)

// HeadMark is the mark of the last line of the chain: its number and hash.
const HeadMark = "audit log up to"

// head is the end of the chain as the database remembers it.
func head(text string) (n int64, hash string) {
	number, hash, _ := strings.Cut(text, " ")
	n, _ = strconv.ParseInt(number, 10, 64) // none: the chain begins
	return n, hash
}

func (l Line) link(n int64, before string) string {
	h := sha256.New()
	for _, part := range []string{before, strconv.FormatInt(n, 10), strconv.FormatInt(store.Ms(l.At), 10), l.Who, l.What, l.Subject,
		l.Detail} {
		fmt.Fprintf(h, "%d:%s;", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Seal joins the lines that are new to the chain. Lines are written by many at the same time, so each is joined a moment later, by one.
func Seal(ctx context.Context, db *store.DB) error {
	var some bool
	if err := db.Read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM audit WHERE n IS NULL)`).Scan(&some); err != nil || !some {
		return err
	}
	for more := true; more; {
		err := db.Write(ctx, func(tx *sql.Tx) (err error) {
			more, err = seal(ctx, tx, rowOf(db))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// atOnce is how many lines are joined in one transaction.
const atOnce = 500

// row is how a database names its rows, as text and read from text.
type row struct{ text, from string }

func rowOf(db *store.DB) row {
	if db.Postgres() {
		return row{"CAST(ctid AS TEXT)", "ctid = CAST(%s AS tid)"}
	}
	return row{"CAST(rowid AS TEXT)", "rowid = CAST(%s AS INTEGER)"}
}

func seal(ctx context.Context, tx *sql.Tx, r row) (more bool, err error) {
	mark, err := store.MarkIn(ctx, tx, HeadMark)
	if err != nil {
		return false, err
	}
	n, hash := head(mark)
	lines, places, err := open(ctx, tx, r)
	if err != nil || len(lines) == 0 {
		return false, err
	}
	for i, l := range lines {
		n++
		hash = l.link(n, hash)
		if _, err := tx.ExecContext(ctx, `UPDATE audit SET n = $1, hash = $2
			WHERE `+fmt.Sprintf(r.from, "$3")+` AND n IS NULL`, n, hash, places[i]); err != nil {
			return false, err
		}
	}
	return len(lines) == atOnce, store.SetMark(ctx, tx, HeadMark, strconv.FormatInt(n, 10)+" "+hash)
}

// open are the lines that are not joined yet, the oldest first.
func open(ctx context.Context, tx *sql.Tx, r row) (lines []Line, places []string, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT `+r.text+`, at, who, what, subject, detail FROM audit WHERE n IS NULL ORDER BY at, 1
		LIMIT `+strconv.Itoa(atOnce))
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var l Line
		var at int64
		var place string
		if err := rows.Scan(&place, &at, &l.Who, &l.What, &l.Subject, &l.Detail); err != nil {
			return nil, nil, err
		}
		l.At = store.Time(at)
		lines, places = append(lines, l), append(places, place)
	}
	return lines, places, rows.Err()
}

// Verify goes over the whole chain. bad says what is wrong with it, "" if nothing is.
func Verify(ctx context.Context, db *store.DB) (bad string, err error) {
	mark, err := db.Mark(ctx, HeadMark)
	if err != nil {
		return "", err
	}
	last, end := head(mark)
	rows, err := db.Read.QueryContext(ctx,
		`SELECT n, hash, at, who, what, subject, detail FROM audit WHERE n IS NOT NULL AND n <= $1 ORDER BY n`,
		last) // what is sealed meanwhile is looked at next time
	if err != nil {
		return "", err
	}
	defer rows.Close()
	n, hash := int64(0), ""
	for rows.Next() {
		var l Line
		var at, number int64
		var kept string
		if err := rows.Scan(&number, &kept, &at, &l.Who, &l.What, &l.Subject, &l.Detail); err != nil {
			return "", err
		}
		n++
		l.At = store.Time(at)
		if number != n {
			return fmt.Sprintf("line %d is missing", n), nil
		}
		if hash = l.link(n, hash); hash != kept {
			return fmt.Sprintf("line %d (%s, %s) was changed", n, l.What, l.At.Format("2006-01-02 15:04:05 MST")), nil
		}
	}
	if err := rows.Err(); err != nil {
		return "", err
	}
	if n != last || hash != end {
		return fmt.Sprintf("the log ends at line %d and went on to line %d", n, last), nil
	}
	return "", nil
}
