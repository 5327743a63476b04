package people

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"magpie/internal/audit"
	"magpie/internal/store"
)

// Part is something that another package keeps of persons.
type Part struct {
	Name string
	// Move gives all of it of one person to another, and returns what it was.
	Move func(ctx context.Context, tx *sql.Tx, into, from int64) (ids []string, err error)
	// Back gives that back to the first.
	Back func(ctx context.Context, tx *sql.Tx, ids []string, to, from int64) error
}

// Because says who made one person of two, why and when.
type Because struct {
	Who, Why string
	At       time.Time
}

// both are two persons as they were, and what went from the second to the first.
type both struct {
	Into, From record
	Moved      map[string][]string
}

// record is what this package keeps of a person, by tables: each row with its columns.
type record map[string][]map[string]any

// tables are those of a record, with the columns that are put back.
var tables = []struct{ name, columns string }{
	{"persons",
		"name, language, city, country, zone, followers_count, stopped_at, created_at, listed_orders, listed_spent, listed_last, counted_at"},
	{"handles", "network, handle, remote_id, bot"}, {"person_tags", "tag"}, {"followers", "account, since, until, seen"},
	{"consents", "account, kind, given_at, source, withdrawn_at, withdrawn_by"}, {"optouts", "at, source"},
}

func (b *Book) keepBoth(ctx context.Context, tx *sql.Tx, into, from int64) (k both, err error) {
	k.Moved = map[string][]string{}
	for to, id := range map[*record]int64{&k.Into: into, &k.From: from} {
		*to = record{}
		for _, t := range tables {
			key := "person"
			if t.name == "persons" {
				key = "id"
			}
			rows, err := tx.QueryContext(ctx, `SELECT `+t.columns+` FROM `+t.name+` WHERE `+key+` = $1`, id)
			if err != nil {
				return k, err
			}
			if (*to)[t.name], err = store.Maps(rows); err != nil {
				return k, err
			}
		}
	}
	return k, nil
}

// decode reads what keepBoth has kept; its numbers are whole.
func decode(text string) (k both, err error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	err = d.Decode(&k)
	for _, r := range []record{k.Into, k.From} {
		for _, rows := range r {
			for _, row := range rows {
				for name, v := range row {
					if n, isOne := v.(json.Number); isOne {
						row[name], err = n.Int64()
					}
				}
			}
		}
	}
	return k, err
}

// note keeps what it takes to part two persons again.
func (b *Book) note(ctx context.Context, tx *sql.Tx, into, from int64, by Because, k both) error {
	text, err := json.Marshal(k)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx,
		`INSERT INTO merges (id, into_person, from_person, at, who, why, kept) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		b.IDs.Next(by.At), into, from, store.Ms(by.At), by.Who, by.Why, string(text))
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, by.At, by.Who, "made one", Subject(into), "with "+Subject(from)+": "+by.Why)
}

// Merge makes one person of two, because somebody says so.
func (b *Book) Merge(ctx context.Context, tx *sql.Tx, into, from int64, by Because) error {
	if into == from {
		return errors.New("both are one person already")
	}
	return b.merge(ctx, tx, into, from, by)
}

// Merged is one time that two turned out to be one.
type Merged struct {
	ID, Into, From int64
	Who, Why       string
	At, Undone     time.Time // Undone is zero where they are one
	Handles        []Handle  // of the second
}

// Merges are the newest, those of one person where it is not 0.
func (b *Book) Merges(ctx context.Context, person int64, limit int) (out []Merged, err error) {
	rows, err := b.DB.Read.QueryContext(ctx, `SELECT id, into_person, from_person, at, who, why, COALESCE(undone_at, 0), kept FROM merges
		WHERE CAST($1 AS BIGINT) = 0 OR into_person = $2 ORDER BY id DESC LIMIT $3`, person, person, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var m Merged
		var at, undone int64
		var text string
		if err := rows.Scan(&m.ID, &m.Into, &m.From, &at, &m.Who, &m.Why, &undone, &text); err != nil {
			return nil, err
		}
		m.At, m.Undone = store.Time(at), store.Time(undone)
		k, err := decode(text)
		if err != nil {
			return nil, err
		}
		for _, h := range k.From["handles"] {
			m.Handles = append(m.Handles, Handle{Network: fmt.Sprint(h["network"]), Handle: fmt.Sprint(h["handle"])})
		}
		out = append(out, m)
	}
	return out, rows.Err()
}

// Why two can't be parted again.
var (
	ErrNoMerge = errors.New("there is no such merge, or it was undone before")
	ErrLater   = errors.New("one of the two was made one with somebody else since: undo that first")
)

// Unmerge parts two who were made one: each has what was theirs. What came since stays with the first. A wish to be left alone stays with
// whoever has said it; consents that ended by it do not come back by themselves.
func (b *Book) Unmerge(ctx context.Context, tx *sql.Tx, id int64, who string, now time.Time) (m Merged, err error) {
	var text string
	err = tx.QueryRowContext(ctx, `SELECT into_person, from_person, kept FROM merges WHERE id = $1 AND undone_at IS NULL`, id).
		Scan(&m.Into, &m.From, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return m, ErrNoMerge
	}
	if err != nil {
		return m, err
	}
	var later bool
	if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM merges WHERE id > $1 AND undone_at IS NULL AND (into_person = $2
		OR from_person = $3)) OR NOT EXISTS (SELECT 1 FROM persons WHERE id = $4)`, id, m.Into, m.Into, m.Into).Scan(&later); err != nil {
		return m, err
	}
	if later {
		return m, ErrLater
	}
	k, err := decode(text)
	if err != nil {
		return m, err
	}
	if err := b.part(ctx, tx, m, k); err != nil {
		return m, err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE merges SET undone_at = $1 WHERE id = $2`, store.Ms(now), id); err != nil {
		return m, err
	}
	return m, audit.Record(ctx, tx, now, who, "parted", Subject(m.Into), "from "+Subject(m.From))
}

// part puts the second person back, and takes from the first what was theirs alone.
func (b *Book) part(ctx context.Context, tx *sql.Tx, m Merged, k both) error {
	for _, h := range k.From["handles"] {
		if _, err := tx.ExecContext(ctx, `DELETE FROM handles WHERE network = $1 AND handle = $2 AND person = $3`, h["network"],
			h["handle"],
			m.Into); err != nil {
			return err
		}
	}
	if len(k.From["optouts"]) > 0 && len(k.Into["optouts"]) == 0 {
		o := k.From["optouts"][0]
		if _, err := tx.ExecContext(ctx, `DELETE FROM optouts WHERE person = $1 AND at = $2 AND source = $3`, m.Into, o["at"],
			o["source"]); err != nil {
			return err
		}
	}
	for _, t := range tables {
		key := "person"
		if t.name == "persons" {
			key = "id"
		}
		for _, row := range k.From[t.name] {
			row[key] = m.From
			if err := store.InsertMap(ctx, tx, t.name, row); err != nil {
				return err
			}
		}
	}
	if err := withdraw(ctx, tx, m.Into, k); err != nil {
		return err
	}
	if p := k.Into["persons"]; len(p) == 1 {
		if _, err := tx.ExecContext(ctx,
			`UPDATE persons SET listed_orders = $1, listed_spent = $2, listed_last = $3, counted_at = $4, stopped_at = $5
			WHERE id = $6`, p[0]["listed_orders"], p[0]["listed_spent"], p[0]["listed_last"], p[0]["counted_at"], p[0]["stopped_at"], m.Into); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, `UPDATE persons SET orders = listed_orders, spent = listed_spent, last_order = listed_last
		WHERE id IN ($1, $2)`, m.Into, m.From); err != nil { // their orders, which go back now, are counted beside that
		return err
	}
	for _, p := range b.Parts {
		if err := p.Back(ctx, tx, k.Moved[p.Name], m.From, m.Into); err != nil {
			return err
		}
	}
	return nil
}

// keys are by what the rows of a person are told apart, in tables of which the first person has rows of the second.
var keys = map[string][]string{"person_tags": {"tag"}, "followers": {"account"}, "consents": {"account", "kind"}}

// withdraw takes from the first person what they had of the second alone: tags, whom they follow, what they have agreed to, name and place.
func withdraw(ctx context.Context, tx *sql.Tx, into int64, k both) error {
	for table, key := range keys {
		for _, row := range k.From[table] {
			if slices.ContainsFunc(k.Into[table], func(own map[string]any) bool { return sameKey(own, row, key) }) {
				continue
			}
			where, args := "person = $1", []any{into}
			for _, column := range key {
				args = append(args, row[column])
				where += fmt.Sprintf(" AND %s = $%d", column, len(args))
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE `+where, args...); err != nil {
				return err
			}
		}
	}
	if len(k.Into["persons"]) != 1 || len(k.From["persons"]) != 1 {
		return nil
	}
	own, theirs := k.Into["persons"][0], k.From["persons"][0]
	for _, column := range []string{"name", "language", "city", "country", "zone"} {
		if own[column] != "" || theirs[column] == "" {
			continue
		}
		if _, err := tx.ExecContext(ctx, `UPDATE persons SET `+column+` = '' WHERE id = $1 AND `+column+` = $2`, into,
			theirs[column]); err != nil {
			return err
		}
	}
	return nil
}

func sameKey(a, b map[string]any, key []string) bool {
	for _, column := range key {
		if a[column] != b[column] {
			return false
		}
	}
	return true
}
