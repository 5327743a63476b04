// Package explain says why a person is in a segment, and how the database goes about one.
package explain

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"time"

	"magpie/internal/people"
	"magpie/internal/segment"
	"magpie/internal/store"
)

// Reason is one condition of a segment, for one person.
type Reason struct {
	Text    string
	Holds   bool
	Value   string    // what it looks at; "" where that says nothing
	Instant time.Time // what it looks at, where that is one
	Turns   time.Time // when it turns by itself; zero: never
}

// Why says whether a person is in a segment, each of its conditions, and when being in it or not will change by itself; zero: never.
func Why(ctx context.Context, q store.Querier, s *segment.Segment, person int64, speaker string, now time.Time) (in bool, all []Reason,
	turns time.Time, err error) {
	if in, err = people.In(ctx, q, s, person, speaker, now); err != nil {
		return in, nil, turns, err
	}
	var times []time.Time
	for _, l := range s.Leaves {
		r, err := why(ctx, q, l, person, speaker, now)
		if err != nil {
			return in, nil, turns, err
		}
		if all = append(all, r); !r.Turns.IsZero() {
			times = append(times, r.Turns)
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	for _, t := range times {
		then, err := people.In(ctx, q, s, person, speaker, t)
		if err != nil || then != in {
			return in, all, t, err
		}
	}
	return in, all, turns, nil
}

// why looks at one condition.
func why(ctx context.Context, q store.Querier, l segment.Leaf, person int64, speaker string, now time.Time) (r Reason, err error) {
	r.Text = l.Text
	where, args := l.SQL(now, speaker, 2)
	if err := q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM persons p WHERE p.id = $1 AND `+where+`)`, append([]any{person},
		args...)...).
		Scan(&r.Holds); err != nil {
		return r, err
	}
	value, args, since, after := l.Value(speaker, 1)
	if value == "" {
		return r, nil
	}
	var text sql.NullString
	err = q.QueryRowContext(ctx, `SELECT CAST(`+value+` AS text) FROM persons p WHERE p.id = $`+strconv.Itoa(len(args)+1), append(args,
		person)...).
		Scan(&text)
	if errors.Is(err, sql.ErrNoRows) || !text.Valid {
		return r, nil
	}
	if r.Value = text.String; !since {
		return r, err
	}
	ms, bad := strconv.ParseInt(text.String, 10, 64)
	if bad != nil {
		return r, err
	}
	r.Value, r.Instant = "", store.Time(ms)
	// A millisecond later, for ages are compared with < and <= alike.
	if at := r.Instant.Add(after + time.Millisecond); at.After(now) {
		r.Turns = at
	}
	return r, err
}

// Plan is a segment as the database reads it, and how it goes about it: by which indexes.
func Plan(ctx context.Context, db *store.DB, s *segment.Segment, speaker string, now time.Time) (statement string, plan []string,
	err error) {
	where, args := s.SQL(now, speaker, 1)
	statement = `SELECT count(*) FROM persons p WHERE ` + where
	how := `EXPLAIN QUERY PLAN `
	if db.Postgres() {
		how = `EXPLAIN (COSTS OFF) `
	}
	rows, err := db.Read.QueryContext(ctx, how+statement, args...)
	if err != nil {
		return statement, nil, err
	}
	all, err := store.Maps(rows)
	for _, r := range all {
		for _, column := range []string{"detail", "QUERY PLAN"} {
			if text, is := r[column].(string); is {
				plan = append(plan, text)
			}
		}
	}
	return statement, plan, err
}
