package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strings"
	"testing"

	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

// wide is a migration with columns of every kind that we have, and a table that
// refers to another.
func wide() fs.FS {
	return memory("00001_wide.sql", `-- +goose Up
CREATE TABLE w (id BIGINT PRIMARY KEY, text TEXT NOT NULL, maybe TEXT, n BIGINT NOT NULL, less BIGINT, yes BOOLEAN NOT NULL DEFAULT FALSE);
CREATE TABLE child (w BIGINT NOT NULL REFERENCES w (id), tag TEXT NOT NULL, PRIMARY KEY (w, tag));
CREATE TABLE early (number INTEGER PRIMARY KEY, text TEXT NOT NULL DEFAULT '');
`)
}

// texts are such as a network may bring.
var texts = []string{"", " ", "plain", "优惠码是什么？几点开门", "👩‍👩‍👧‍👦🦜🇨🇭", "e\u0301\u200d\u202e", "'; DROP TABLE w; --", `{"a": "\u0000"}`,
	"\\x00 \\n\t\r\n", "!"}

// source is a SQLite database that is full of them.
func source(t *testing.T) *store.DB {
	t.Helper()
	db := storetest.OpenAt(t, t.TempDir()+"/m.db", wide())
	err := db.Write(t.Context(), func(tx *sql.Tx) error {
		for i := range 1000 {
			var maybe, less any
			if i%3 == 0 {
				maybe, less = texts[i/3%len(texts)], -i
			}
			n := []int64{0, math.MaxInt64, math.MinInt64, -1, 1_700_000_000_000 + int64(i)}[i%5]
			if _, err := tx.Exec(`INSERT INTO w (id, text, maybe, n, less, yes)
				VALUES ($1, $2, $3, $4, $5, $6)`, i, texts[i%len(texts)], maybe, n, less, i%2 == 0); err != nil {
				return err
			}
			if _, err := tx.Exec(`INSERT INTO child (w, tag) VALUES ($1, $2)`, i, fmt.Sprint("tag", i%7)); err != nil {
				return err
			}
		}
		_, err := tx.Exec(`INSERT INTO early (text) VALUES ('first'), ($1)`, strings.Repeat("很长🦜", 300_000))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// target is an empty Postgres database with the same tables.
func target(t *testing.T) *store.DB {
	t.Helper()
	storetest.PostgresOnly(t)
	return storetest.OpenAt(t, storetest.Postgres(t), wide())
}

// all are the rows of a table, as text.
func all(t *testing.T, db *store.DB, table string) (out []string) {
	t.Helper()
	rows, err := db.Read.QueryContext(context.Background(), `SELECT * FROM `+table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, _ := rows.Columns() // they are open
	for rows.Next() {
		row, to := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			to[i] = &row[i]
		}
		if err := rows.Scan(to...); err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%q %#v", columns, row))
	}
	slices.Sort(out)
	return out
}

func empty(t *testing.T, db *store.DB) {
	t.Helper()
	for _, table := range []string{"w", "child", "early"} {
		if n := len(all(t, db, table)); n > 0 {
			t.Errorf("%d rows of %s are there", n, table)
		}
	}
}

func TestCopy(t *testing.T) {
	to := target(t)
	from := source(t)
	seen := map[string]int64{}
	got, err := store.Copy(t.Context(), from, to, func(table string, n int64) { seen[table] = n })
	if err != nil {
		t.Fatal(err)
	}
	if want := []store.Copied{{Table: "w", Rows: 1000}, {Table: "child", Rows: 1000}, {Table: "early", Rows: 2}}; !slices.Equal(got,
		want) ||
		seen["w"] != 1000 || seen["early"] != 2 {
		t.Errorf("got %v, seen %v", got, seen)
	}
	for _, table := range []string{"w", "child", "early"} {
		if a, b := all(t, from, table), all(t, to, table); !slices.Equal(a, b) {
			t.Errorf("the table %s is not the same", table)
		}
	}
	// The same copy is accepted; what was changed since is not.
	if again, err := store.Copy(t.Context(), from, to, nil); err != nil || !slices.Equal(again, got) {
		t.Errorf("again: %v, %v", again, err)
	}
	for _, change := range []string{
		`UPDATE w SET text = 'PLAIN' WHERE id = 2`, `UPDATE w SET n = n + 1 WHERE id = 4`, `UPDATE w SET yes = NOT yes WHERE id IN (1, 2)`,
		`UPDATE w SET maybe = NULL WHERE maybe = ''`, `UPDATE w SET less = NULL WHERE less = 0`, `DELETE FROM child WHERE w = 5`,
		`UPDATE w SET n = CASE id WHEN 4 THEN (SELECT n FROM w WHERE id = 9) ELSE (SELECT n FROM w WHERE id = 4) END WHERE id IN (4, 9)`,
	} {
		tx, err := from.Writer().Begin()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(change); err != nil {
			t.Fatal(err)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Copy(t.Context(), from, to, nil); !errors.Is(err, store.ErrUnusable) {
			t.Errorf("after %s: %v", change, err)
		} else {
			says(t, err, storetest.Shown(to.Path), "not empty", "differs", "empty database")
			plain(t, err)
		}
		from, to = source(t), target(t)
		if _, err := store.Copy(t.Context(), from, to, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCopyDoctored: a target that keeps something else than it is given is
// found out, and nothing stays there.
func TestCopyDoctored(t *testing.T) {
	for name, body := range map[string]string{
		"a number":         `NEW.n := CASE WHEN NEW.id = 500 THEN NEW.n - 1 ELSE NEW.n END; RETURN NEW;`,
		"a text":           `NEW.text := CASE WHEN NEW.id = 502 THEN 'plaim' ELSE NEW.text END; RETURN NEW;`,
		"a longer text":    `NEW.text := CASE WHEN NEW.id = 502 THEN 'plainly' ELSE NEW.text END; RETURN NEW;`,
		"a yes":            `NEW.yes := NEW.id <> 500 AND NEW.yes; RETURN NEW;`,
		"nothing":          `NEW.maybe := NULLIF(NEW.maybe, ''); RETURN NEW;`,
		"a row less":       `IF NEW.id = 500 THEN RETURN NULL; END IF; RETURN NEW;`,
		"two that balance": `NEW.less := CASE NEW.id WHEN 300 THEN NEW.less - 1 WHEN 600 THEN NEW.less + 1 ELSE NEW.less END; RETURN NEW;`,
	} {
		t.Run(name, func(t *testing.T) {
			to := target(t)
			raw := storetest.Raw(t, to.URL())
			if _, err := raw.Exec(`CREATE FUNCTION doctor() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ` + body + ` END $$;
				CREATE TRIGGER doctor BEFORE INSERT ON w FOR EACH ROW EXECUTE FUNCTION doctor()`); err != nil {
				t.Fatal(err)
			}
			_, err := store.Copy(t.Context(), source(t), to, nil)
			says(t, err, "w", "differs", "the copy was discarded")
			empty(t, to)
		})
	}
}

// TestCopyCut: a copy that is cut leaves nothing, and the source as it was.
func TestCopyCut(t *testing.T) {
	to := target(t)
	from := source(t)
	before := all(t, from, "w")
	ctx, cancel := context.WithCancel(t.Context())
	_, err := store.Copy(ctx, from, to, func(table string, n int64) {
		if table == "child" && n > 500 {
			cancel()
		}
	})
	if err == nil {
		t.Fatal("it was not cut")
	}
	empty(t, to)
	if err := from.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO early (text)
		VALUES ('third')`)
		return err
	}); err != nil {
		t.Error(err)
	}
	if !slices.Equal(before, all(t, from, "w")) {
		t.Error("the source has changed")
	}
	if _, err := store.Copy(t.Context(), from, to, nil); err != nil {
		t.Errorf("another try: %v", err)
	}
}

// TestCopyOddText: what Postgres does not keep, from before we looked, does not
// make a copy impossible.
func TestCopyOddText(t *testing.T) {
	for name, text := range map[string]string{"NUL": "a\x00b", "no UTF-8": "caf\xe9", "half a rune": "ab\xf0\x9f"} {
		t.Run(name, func(t *testing.T) {
			to := target(t)
			from := storetest.OpenAt(t, t.TempDir()+"/m.db", wide())
			if err := from.Write(t.Context(), func(tx *sql.Tx) error {
				_, err := tx.Exec(`INSERT INTO early (text) VALUES ($1)`,
					text)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if _, err := store.Copy(t.Context(), from, to, nil); err != nil {
				t.Fatal(err)
			}
			if got := all(t, to, "early"); len(got) != 1 || !strings.Contains(got[0], fmt.Sprintf("%#v", store.Text(text))) {
				t.Errorf("got %s", got)
			}
		})
	}
}
