package orders

import (
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"slices"
	"strings"
	"time"

	"magpie/internal/people"
	"magpie/internal/sheet"
	"magpie/internal/store"
)

// Import is how a list of orders is read.
type Import struct {
	Format   string         // one of Formats; "" is guessed by the first line
	Zone     *time.Location // of times without one
	Now      time.Time
	Progress func(n int)
	// Used is told of each order with a coupon, as it is kept, in the transaction that keeps it. What it returns is said to
	// whoever imports: why the coupon does not count.
	Used func(ctx context.Context, tx *sql.Tx, o Order) (why string, err error)
	Warn func(string)
}

// Imported says what an import did.
type Imported struct {
	Done
	Rows   int
	Guests int    // orders of whom nobody knows
	Format string // as which it was read
	As     string // encoding and separator, where they are not plain
}

// chunk is how many orders are kept in one transaction: posts go out in between.
const chunk = 2000

// Import reads a list of orders and keeps it: all of them, or none if a row is wrong; all such rows are named. A list may be imported
// again, for example after a power cut: what is known changes nothing.
func (b *Book) Import(ctx context.Context, r io.Reader, x Import) (out Imported, err error) {
	if b.Currency() == "" {
		return out, errors.New("the shop's currency is not known: write it into magpie.yaml, as “currency: USD”: nothing was imported")
	}
	s, err := sheet.Open(r)
	if err != nil {
		return out, fmt.Errorf("%w: nothing was imported", err)
	}
	defer s.Close()
	l, err := b.open(s, &x)
	if err != nil {
		return out, err
	}
	if len(l.others) > 0 && x.Warn != nil && l.format.Name == plain.Name {
		x.Warn("not read, for nothing here uses it: " + strings.Join(l.others, ", "))
	}
	if err := l.inspect(ctx); err != nil {
		return out, err
	}
	said := l.said
	if l, err = b.open(s, &x); err != nil {
		return out, err
	}
	l.said = said
	out.Format, out.As = l.format.Name, s.As
	for more := true; more && err == nil; {
		var some []Order
		if some, more, err = l.some(nil); err == nil {
			err = b.DB.Write(ctx, func(tx *sql.Tx) error { return l.keep(ctx, tx, some, &out) })
		}
		if x.Progress != nil {
			x.Progress(out.Rows)
		}
	}
	l.rest()
	if err != nil {
		return out, fmt.Errorf("%w; %d orders were imported: import the list again, none is counted twice", err, out.Rows)
	}
	return out, nil
}

// keep keeps some orders, and says to Used what coupons they had.
func (l *list) keep(ctx context.Context, tx *sql.Tx, some []Order, out *Imported) error {
	if err := l.book.DB.ForSets(ctx, tx); err != nil {
		return err
	}
	done, kept, err := l.book.Put(ctx, tx, some, l.Now)
	if err != nil {
		return err
	}
	var odd []string
	for _, o := range kept {
		if o.Code == "" || l.Used == nil {
			continue
		}
		why, err := l.Used(ctx, tx, o)
		if err != nil {
			return err
		}
		if why != "" {
			odd = append(odd, fmt.Sprintf("order %s: the coupon does not count: %s", o.ID, why))
		}
	}
	for _, s := range odd {
		l.warn(s)
	}
	for _, o := range some {
		if len(o.Customer) == 0 {
			out.Guests++
		}
	}
	out.Rows, out.New, out.Changed, out.Elsewhere = out.Rows+len(some), out.New+done.New, out.Changed+done.Changed,
		out.Elsewhere+done.Elsewhere
	return nil
}

// list is a list of orders that is being read.
type list struct {
	Import
	book    *Book
	in      *csv.Reader
	format  Format
	at      map[string]int
	first   map[uint64]seen // where an order stood before, by the hash of its number
	seed    maphash.Seed
	pending *Order // the last that was read: its next lines may be more of its items
	said    int
	others  []string // columns that are not read
}

// seen is where an order stands in a list, and its currency.
type seen struct {
	line int32
	unit string
}

// before says what is wrong with an order, by a line before that tells of it, too.
func (l *list) before(o Order) error {
	key := maphash.String(l.seed, o.ID)
	was, twice := l.first[key]
	if !twice {
		l.first[key] = seen{int32(o.line), o.Currency} //nolint:gosec // a list has fewer lines
		return nil
	}
	if was.unit != o.Currency {
		return fmt.Errorf("order %s is in line %d already, in %s, and here in %s", o.ID, was.line, was.unit, o.Currency)
	}
	l.warn(fmt.Sprintf("line %d: order %s is in line %d already: what the later line says counts", o.line, o.ID, was.line))
	return nil
}

// rest says how much more there was to say.
func (l *list) rest() {
	if l.said > manyMistakes && l.Warn != nil {
		l.Warn(fmt.Sprintf("and %d more such orders", l.said-manyMistakes))
	}
}

func (l *list) warn(s string) {
	if l.said++; l.said <= manyMistakes && l.Warn != nil {
		l.Warn(s)
	}
}

func (b *Book) open(s *sheet.Sheet, x *Import) (*list, error) {
	in, err := s.Rows()
	if err != nil {
		return nil, err
	}
	header, err := in.Read()
	if err != nil {
		return nil, errors.New("line 1: the file is empty or not a CSV file: its first line must hold the column names")
	}
	l := &list{Import: *x, book: b, in: in, first: map[uint64]seen{}, seed: maphash.MakeSeed()}
	if l.Zone == nil {
		l.Zone = time.UTC
	}
	line, _ := in.FieldPos(0)
	switch f, known := Formats[x.Format]; {
	case x.Format == "":
		if l.format, err = Guess(header); err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
	case !known:
		return nil, fmt.Errorf("no format %q: there are magpie, shopify and woocommerce", x.Format)
	default:
		if missing := f.missing(header); len(missing) > 0 {
			return nil, fmt.Errorf("line %d: a list of %s has the column %s", line, f.Name, strings.Join(missing, ", "))
		}
		l.format = f
	}
	l.at = l.format.layout(slices.Clone(header), b.People.Identities())
	l.others = others(header, l.at)
	return l, nil
}

// manyMistakes are said in full; the rest are counted.
const manyMistakes = 100

// inspect says all that is wrong with a list, by its lines, and by what is known of its orders.
func (l *list) inspect(ctx context.Context) error {
	var wrong []error
	rows, more := 0, true
	note := func(err error) { wrong = append(wrong, err) }
	for more {
		var some []Order
		var err error
		if some, more, err = l.some(note); err != nil {
			note(err)
			break
		}
		rows += len(some)
		for _, o := range some {
			if err := l.before(o); err != nil {
				note(fmt.Errorf("line %d: %w", o.line, err))
			}
		}
		if err := l.known(ctx, some, note); err != nil {
			return err
		}
	}
	if rows == 0 && len(wrong) == 0 {
		wrong = append(wrong, errors.New("there are no rows below the column names"))
	}
	if n := len(wrong); n > manyMistakes {
		wrong = append(wrong[:manyMistakes], fmt.Errorf("and %d more such lines", n-manyMistakes))
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%w: nothing was imported", errors.Join(wrong...))
	}
	return nil
}

// known says which orders can't be those that are kept under their numbers.
func (l *list) known(ctx context.Context, some []Order, note func(error)) error {
	return l.book.DB.ReadSets(ctx, func(q store.Querier) error {
		before, err := known(ctx, q, ids(some))
		for _, o := range some {
			if was, there := before[o.ID]; there && err == nil {
				if differs := was.differs(o); differs != nil {
					note(fmt.Errorf("line %d: %w", o.line, differs))
				}
			}
		}
		return err
	})
}

// some reads the next orders. Where note is nil, a mistake ends it.
func (l *list) some(note func(error)) (some []Order, more bool, err error) {
	for len(some) < chunk {
		row, err := l.in.Read()
		if errors.Is(err, io.EOF) {
			if l.pending != nil {
				some, l.pending = append(some, *l.pending), nil
			}
			return some, false, nil
		}
		ragged := errors.Is(err, csv.ErrFieldCount)
		if err != nil && !ragged {
			return some, false, sheet.Explain(err)
		}
		line, _ := l.in.FieldPos(0)
		if ragged {
			err = errors.New("there are more or fewer columns than in the first line")
		} else if l.goesOn(row) {
			continue
		}
		var o Order
		if err == nil {
			o, err = l.parse(row)
		}
		switch {
		case err == nil:
			if l.pending != nil {
				some = append(some, *l.pending)
			}
			o.line = line
			l.pending = &o
		case note != nil:
			note(fmt.Errorf("line %d: %w", line, err))
		default:
			return some, false, fmt.Errorf("line %d: %w", line, err)
		}
	}
	return some, true, nil
}

// goesOn tells whether a line is more items of the order before, as Shopify writes them: its number, and no total.
func (l *list) goesOn(row []string) bool {
	get := l.getter(row)
	if l.pending == nil || get("order") != l.pending.ID || get("amount") != "" {
		return false
	}
	if item := get("items"); item != "" && len(l.pending.Items)+len(item) < itemsMost {
		l.pending.Items += "; " + item
	}
	return true
}

func (l *list) getter(row []string) func(string) string {
	return func(word string) string {
		i, there := l.at[word]
		if !there || i >= len(row) {
			return ""
		}
		return strings.TrimSpace(row[i])
	}
}

// parse reads one row.
func (l *list) parse(row []string) (o Order, err error) {
	get := l.getter(row)
	o = Order{ID: get("order"), Currency: strings.ToUpper(get("currency")), Code: get("coupon"), Items: get("items")}
	if strings.Contains(o.ID, "E+") {
		return o, fmt.Errorf("order: a spreadsheet has rounded the number to %s: format the column as text and export it again", o.ID)
	}
	if o.Currency == "" {
		o.Currency = l.book.Currency()
	}
	digits, isOne := Digits(o.Currency)
	if !isOne {
		return o, fmt.Errorf("currency: %q is none such as USD or CNY", o.Currency)
	}
	if o.At, err = sheet.Time(get("at"), l.Zone); err != nil {
		return o, fmt.Errorf("%s: %w", l.format.Columns["at"], err)
	}
	for word, to := range map[string]*int64{"amount": &o.Amount, "refunded": &o.Refunded} {
		if s := get(word); s != "" || word == "amount" {
			if *to, err = sheet.Units(s, digits); err != nil {
				return o, fmt.Errorf("%s: %w", l.format.Columns[word], err)
			}
		}
	}
	var known bool
	if o.State, known = StateOf(get("state")); !known {
		return o, fmt.Errorf("%s: %q is not known: write placed, cancelled, refunded or refunded in part", l.format.Columns["state"],
			get("state"))
	}
	if get("cancelled") != "" {
		o.State = Cancelled
	}
	if err := o.check(l.Now); err != nil {
		return o, err
	}
	o.Customer, err = l.customer(get)
	return o, err
}

// customer is who ordered. An address or a number of a phone that can't be one says nothing.
func (l *list) customer(get func(string) string) (who []people.Identity, err error) {
	for _, net := range l.book.People.Identities() {
		handle := people.FoldOn(net, get(net))
		if handle == "" {
			continue
		}
		if err := l.book.People.CheckHandle(net, handle); err != nil {
			if net == people.ByEmail || net == people.ByPhone {
				continue
			}
			return nil, err
		}
		who = append(who, people.Identity{Network: net, Handle: handle})
	}
	return who, nil
}

// others are the columns that are not read.
func others(header []string, at map[string]int) (out []string) {
	read := map[int]bool{}
	for _, i := range at {
		read[i] = true
	}
	for i, h := range header {
		if !read[i] && strings.TrimSpace(h) != "" {
			out = append(out, strings.TrimSpace(h))
		}
	}
	return out
}
