// Package moves holds the tables of states: which changes a row of a ledger may make, by
// what they are called. A change of state goes through its table or does not happen, and
// the pictures in docs/states.md are drawn from the tables.
package moves

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Ledger is a table of the database whose rows have a state.
type Ledger[S ~string] struct {
	Table string     // its name in the database
	ID    string     // the column by which a row is known
	Start []S        // the states in which a row may begin
	Moves []*Move[S] // all that a row may do
}

// Move is one change that is allowed.
type Move[S ~string] struct {
	Name string
	From []S
	To   S

	table, id string
	texts     sync.Map // the statements that were built, by what else they write
}

// Move adds a move to the table: a row that is in one of the states from may go to another.
func (l *Ledger[S]) Move(name string, to S, from ...S) *Move[S] {
	m := &Move[S]{Name: name, From: from, To: to, table: l.Table, id: l.ID}
	l.Moves = append(l.Moves, m)
	return m
}

// To is the one move, among some, that ends in a state; nil if there is none.
func To[S ~string](to S, among ...*Move[S]) *Move[S] {
	if i := slices.IndexFunc(among, func(m *Move[S]) bool { return m.To == to }); i >= 0 {
		return among[i]
	}
	return nil
}

// Allows tells whether a row in a state may make the move.
func (m *Move[S]) Allows(from S) bool { return slices.Contains(m.From, from) }

// Do makes the move with the rows that where names and that may make it. set is what
// changes besides the state, and may be empty; a question mark in set and where stands for
// an argument. It returns how many rows there were.
func (m *Move[S]) Do(ctx context.Context, tx *sql.Tx, set, where string, args ...any) (n int64, err error) {
	r, err := tx.ExecContext(ctx, m.statement(set, where, ""), args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// One is Do for one row; moved tells whether it was in a state that may make the move.
func (m *Move[S]) One(ctx context.Context, tx *sql.Tx, set, where string, args ...any) (moved bool, err error) {
	n, err := m.Do(ctx, tx, set, where, args...)
	return n > 0, err
}

// Row is Do for one row of which something is returned.
func (m *Move[S]) Row(ctx context.Context, tx *sql.Tx, set, where, returning string, args ...any) *sql.Row {
	return tx.QueryRowContext(ctx, m.statement(set, where, "")+" RETURNING "+returning, args...)
}

// Each is Do for many rows, each with values of its own: j.value has those (see store.Each), as the argument between those of
// set and those of where. It returns the ids of the rows that made the move.
func (m *Move[S]) Each(ctx context.Context, tx *sql.Tx, set, where string, args ...any) (ids map[string]bool, err error) {
	text := m.statement(set+" FROM json_each(?) j", where, m.table+".") + " RETURNING " + m.table + "." + m.id
	rows, err := tx.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	ids = map[string]bool{}
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids[id] = true
	}
	return ids, rows.Err()
}

// statement is the UPDATE. Where many rows are named by their ids (of is the table's name then), the state is an expression:
// else Postgres reads all rows in the state, dead ones too, instead of those few by their ids.
func (m *Move[S]) statement(set, where, of string) string {
	key := [2]string{set, where}
	if text, built := m.texts.Load(key); built {
		return text.(string) //nolint:forcetypeassert // nothing else is kept there
	}
	if set != "" {
		set = ", " + set
	}
	from := In(m.From...)
	if of != "" {
		from = "(" + of + "state || '')" + strings.TrimPrefix(from, "state")
	}
	text := numbered(fmt.Sprintf("UPDATE %s SET state = '%s'%s WHERE %s AND %s", m.table, m.To, set, from, where))
	m.texts.Store(key, text)
	return text
}

// In is the condition that a row is in one of some states.
func In[S ~string](states ...S) string {
	if len(states) == 1 {
		return "state = '" + string(states[0]) + "'"
	}
	list := make([]string, len(states))
	for i, s := range states {
		list[i] = "'" + string(s) + "'"
	}
	return "state IN (" + strings.Join(list, ", ") + ")"
}

// numbered gives the question marks of a statement their numbers.
func numbered(text string) string {
	var out strings.Builder
	n := 0
	for _, r := range text {
		if r != '?' {
			out.WriteRune(r)
			continue
		}
		n++
		out.WriteString("$" + strconv.Itoa(n))
	}
	return out.String()
}

// Picture is the table as a Mermaid state diagram.
func (l *Ledger[S]) Picture() string {
	var out strings.Builder
	out.WriteString("stateDiagram-v2\n")
	names := map[S]string{}
	name := func(s S) string {
		if names[s] == "" {
			names[s] = strings.ReplaceAll(string(s), " ", "_")
			if names[s] != string(s) {
				fmt.Fprintf(&out, "    state %q as %s\n", s, names[s])
			}
		}
		return names[s]
	}
	for _, s := range l.Start {
		fmt.Fprintf(&out, "    [*] --> %s\n", name(s))
	}
	arrows := map[[2]S][]string{}
	var order [][2]S
	for _, m := range l.Moves {
		for _, from := range m.From {
			way := [2]S{from, m.To}
			if arrows[way] == nil {
				order = append(order, way)
			}
			arrows[way] = append(arrows[way], m.Name)
		}
	}
	for _, way := range order {
		from, to := name(way[0]), name(way[1])
		fmt.Fprintf(&out, "    %s --> %s: %s\n", from, to, strings.Join(arrows[way], ", "))
	}
	return out.String()
}
