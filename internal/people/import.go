package people

import (
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"magpie/internal/sheet"
	"magpie/internal/store"
)

// Customer is one row of a customer list.
type Customer struct {
	handles              []string // as Book.Identities
	unfit                []string // columns that say who it is, and can't
	name, language, city string
	country, zone        string
	orders               int64
	spent                int64
	lastOrder            int64 // ms; 0: none
	tags                 []string
	agreed               agreed
}

// Imported says what an import did.
type Imported struct {
	Rows, New int
	Consents  int    // that are noted, and were not before
	Left      int    // people whose consent is not noted, for they have said that they want to be left alone
	As        string // how the list was read, where that is not plain
	Sample    string // the first name in it, so that somebody sees whether it was read well
}

// chunk is how many rows are kept in one transaction: others write in between.
const chunk = 2000

// Import reads a customer list (CSV with a header) and keeps it. A file with a
// mistake is not imported at all. A person is known by any of the handles; what
// a column says replaces what we knew, an absent column changes nothing. So a
// file may be imported again, for example after a power cut. What is odd is told to warn.
func (b *Book) Import(ctx context.Context, r io.Reader, now time.Time, progress func(n int), warn func(string)) (out Imported, err error) {
	// Looked at whole first: the second pass reads what the first has seen.
	seen, err := sheet.Open(r)
	if err != nil {
		return out, fmt.Errorf("%w: nothing was imported", err)
	}
	defer seen.Close()
	in, at, others, err := b.list(seen)
	if err != nil {
		return out, err
	}
	if len(others) > 0 && warn != nil {
		warn(fmt.Sprintf("not read, for nothing here uses it: %s", strings.Join(others, ", ")))
	}
	odd := &oddities{now: now, warn: warn, kinds: b.Kinds, first: map[uint64]int32{}}
	if err := b.inspect(in, at, odd); err != nil {
		return out, err
	}
	if out.As = seen.As; strings.HasPrefix(out.As, "GB18030") {
		out.Sample = odd.name
	}
	in, at, _, err = b.list(seen)
	for err == nil {
		var n int
		err = b.DB.Write(ctx, func(tx *sql.Tx) error {
			w, err := b.writer(ctx, tx, at, now)
			if err != nil {
				return err
			}
			defer w.close()
			before := out.Consents
			if n, err = w.some(ctx, in, &out, progress); err != nil {
				return err
			}
			if err := recall(ctx, tx, now, w.fresh...); err != nil {
				return err
			}
			if w.book.Listed != nil && len(w.recounted) > 0 {
				if err := w.book.Listed(ctx, tx, w.recounted); err != nil {
					return err
				}
			}
			return w.record(ctx, out.Consents-before)
		})
		if err == nil && n < chunk {
			return out, nil
		}
	}
	return out, fmt.Errorf("%w; %d rows were imported: import the file again, nobody is imported twice", err, out.Rows/chunk*chunk)
}

// list begins to read a customer list.
func (b *Book) list(s *sheet.Sheet) (in *csv.Reader, at map[string]int, others []string, err error) {
	if in, err = s.Rows(); err != nil {
		return nil, nil, nil, err
	}
	header, err := in.Read()
	if err != nil {
		return nil, nil, nil, errors.New("line 1: the file is empty or not a CSV file: its first line must hold the column names")
	}
	line, _ := in.FieldPos(0)
	at, others, err = layout(line, header, b.Identities())
	return in, at, others, err
}

var errColumns = errors.New("there are more or fewer columns than in the first line")

// manyMistakes are said in full; the rest are counted.
const manyMistakes = 100

// inspect says what is wrong with a list.
func (b *Book) inspect(in *csv.Reader, at map[string]int, odd *oddities) error {
	var wrong []error
	more, rows, networks := 0, 0, b.Identities()
	for ; ; rows++ {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		ragged := errors.Is(err, csv.ErrFieldCount)
		if err != nil && !ragged {
			wrong = append(wrong, sheet.Explain(err))
			break // the lines that follow can't be told apart
		}
		line, _ := in.FieldPos(0)
		var c Customer
		if err = errColumns; !ragged {
			c, err = parse(at, row, networks)
		}
		if err == nil {
			err = b.check(c, odd.now)
		}
		switch {
		case err == nil:
			odd.look(line, c)
		case len(wrong) == manyMistakes:
			more++
		default:
			wrong = append(wrong, fmt.Errorf("line %d: %w", line, err))
		}
	}
	if more > 0 {
		wrong = append(wrong, fmt.Errorf("and %d more such lines", more))
	}
	if rows == 0 && len(wrong) == 0 {
		wrong = append(wrong, errors.New("there are no rows below the column names"))
	}
	if len(wrong) == 0 {
		odd.rest()
		return nil
	}
	return fmt.Errorf("%w: nothing was imported", errors.Join(wrong...))
}

// writer holds the prepared statements of an import.
type writer struct {
	book                                              *Book
	networks                                          []string
	at                                                map[string]int
	now                                               time.Time
	find, person, handle, update, tag, untag, consent *sql.Stmt
	tx                                                *sql.Tx
	fresh                                             []int64 // whom we did not know
	order                                             []int   // of the identities: the shop's number first, for it says most
	recounted                                         []int64 // whom we knew, and of whom the list says what they bought
}

func (b *Book) writer(ctx context.Context, tx *sql.Tx, at map[string]int, now time.Time) (*writer, error) {
	w := &writer{book: b, networks: b.Identities(), at: at, now: now, tx: tx}
	for i, net := range w.networks {
		if w.order = append(w.order, i); net == ByCustomer {
			w.order = slices.Insert(w.order[:i], 0, i)
		}
	}
	for _, s := range []struct {
		to  **sql.Stmt
		sql string
	}{
		{&w.find, `SELECT person FROM handles WHERE network = $1 AND handle = $2`},
		{&w.person, `INSERT INTO persons (id, name, language, city, country, zone, orders, spent, last_order, created_at, listed_orders,
			listed_spent, listed_last, counted_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`},
		{&w.handle, `INSERT INTO handles (network, handle, person) VALUES ($1, $2, $3) ON CONFLICT (network, handle) DO NOTHING`},
		{&w.update, w.updateSQL()},
		{&w.tag, `INSERT INTO person_tags (person, tag) VALUES ($1, $2) ON CONFLICT DO NOTHING`},
		{&w.untag, `DELETE FROM person_tags WHERE person = $1`},
		{&w.consent, consentSQL},
	} {
		stmt, err := tx.PrepareContext(ctx, s.sql)
		if err != nil {
			w.close()
			return nil, err
		}
		*s.to = stmt
	}
	return w, nil
}

func (w *writer) close() {
	for _, s := range []*sql.Stmt{w.find, w.person, w.handle, w.update, w.tag, w.untag, w.consent} {
		if s != nil {
			s.Close()
		}
	}
}

// some keeps up to chunk rows and returns how many there were.
func (w *writer) some(ctx context.Context, in *csv.Reader, out *Imported, progress func(n int)) (n int, err error) {
	for ; n < chunk; n++ {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, sheet.Explain(err)
		}
		c, err := parse(w.at, row, w.networks)
		if err != nil {
			return n, err
		}
		fresh, err := w.one(ctx, c, out)
		if err != nil {
			return n, err
		}
		out.Rows++
		if fresh {
			out.New++
		}
		if progress != nil && out.Rows%10_000 == 0 {
			progress(out.Rows)
		}
	}
	return n, nil
}

// one keeps a customer; fresh tells whether nobody had one of the handles.
// Each handle is put down for a new person first: most are new, and those that
// are not say so by leaving the row alone.
func (w *writer) one(ctx context.Context, c Customer, out *Imported) (fresh bool, err error) {
	id := w.book.IDs.Next(w.now)
	known, numbered := int64(0), false // numbered: the shop has a number for them that we did not know
	for _, i := range w.order {
		h := c.handles[i]
		if h == "" {
			continue
		}
		added, err := store.Changed(w.handle.ExecContext(ctx, w.networks[i], h, id))
		if err != nil {
			return false, err
		}
		switch {
		case added && w.networks[i] == ByCustomer:
			numbered = true
		case !added:
			if known, err = w.meets(ctx, Identity{w.networks[i], h}, known, numbered); err != nil {
				return false, err
			}
		}
	}
	if fresh = known == 0; fresh {
		w.fresh = append(w.fresh, id)
		err = w.begin(ctx, c, id)
	} else if err = w.belongs(ctx, id, known); err == nil {
		id = known
		err = w.again(ctx, c, id)
	}
	if err != nil {
		return fresh, err
	}
	if err := w.tags(ctx, id, fresh, c.tags); err != nil {
		return fresh, err
	}
	return fresh, w.agree(ctx, id, fresh, c.agreed, out)
}

// begin keeps somebody who is new.
func (w *writer) begin(ctx context.Context, c Customer, id int64) error {
	_, err := w.person.ExecContext(ctx, id, c.name, c.language, c.city, c.country, c.zone, c.orders, c.spent, nullMs(c.lastOrder),
		store.Ms(w.now), c.orders, c.spent, nullMs(c.lastOrder), w.counted(c))
	return err
}

// meets finds the person of a handle that was there; a second person behind the same customer becomes one with the first. But two
// customers' numbers are two customers, though they share an address.
func (w *writer) meets(ctx context.Context, sign Identity, before int64, isNew bool) (int64, error) {
	var id int64
	if err := w.find.QueryRowContext(ctx, sign.Network, sign.Handle).Scan(&id); err != nil {
		return 0, err
	}
	if before == id || before == 0 && !isNew {
		return id, nil
	}
	numbers, err := numbered(ctx, w.tx, map[Identity]int64{sign: id, {}: before})
	switch {
	case err != nil || numbers[id] && (isNew || numbers[before]):
		return before, err
	case before == 0:
		return id, nil
	}
	return before, w.book.merge(ctx, w.tx, before, id, Because{Who: "people import", Why: "a list names both", At: w.now})
}

// belongs gives the handles put down for a new person to the one that is known.
func (w *writer) belongs(ctx context.Context, id, known int64) error {
	_, err := w.tx.ExecContext(ctx, `UPDATE handles SET person = $1 WHERE person = $2`, known, id)
	return err
}

func nullMs(ms int64) any {
	if ms == 0 {
		return nil
	}
	return ms
}

// tags replaces a person's tags, where the file has them.
func (w *writer) tags(ctx context.Context, id int64, fresh bool, tags []string) error {
	if _, ok := w.at["tags"]; ok && !fresh {
		if _, err := w.untag.ExecContext(ctx, id); err != nil {
			return err
		}
	}
	for _, t := range tags {
		if _, err := w.tag.ExecContext(ctx, id, t); err != nil {
			return err
		}
	}
	return nil
}
