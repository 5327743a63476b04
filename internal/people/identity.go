package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"magpie/internal/store"
)

// Money is how many parts the shop's currency has in persons.spent: no currency has more than four decimals (ISO 4217).
const Money = 10_000

// By what a shop knows a person, beside the handles on networks. They are kept as handles are, and found, merged and erased like those.
const (
	ByCustomer = "customer" // the shop's number
	ByEmail    = "email"
	ByPhone    = "phone" // with its country's number: +4930123456
)

// Identities are the columns by which a person is known: the networks first, in the order of Kinds.
func (b *Book) Identities() (names []string) {
	for _, k := range b.Kinds {
		names = append(names, k.Name)
	}
	return append(names, ByCustomer, ByEmail, ByPhone)
}

// FoldOn is the form by which somebody is found on a network, or by what else they are known.
func FoldOn(net, handle string) string {
	handle = Fold(handle)
	if net != ByPhone {
		return handle
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("-()./", r) {
			return -1
		}
		return r
	}, handle)
}

var (
	email  = regexp.MustCompile(`^[^\s@,;<>"]+@[^\s@,;<>"]+\.[^\s@,;<>"]+$`)
	phone  = regexp.MustCompile(`^\+[1-9][0-9]{5,14}$`) // ITU-T E.164
	number = regexp.MustCompile(`^\S(?:.{0,98}\S)?$`)
	// rounded is what a spreadsheet makes of a long number.
	rounded = regexp.MustCompile(`^[0-9][.,]?[0-9]*e\+?[0-9]+$`)
)

// CheckHandle says what is wrong with a handle on a network, or with what else somebody is known by.
func (b *Book) CheckHandle(net, handle string) error {
	switch {
	case handle == "":
		return nil
	case strings.ContainsFunc(handle, unicode.IsControl):
		return fmt.Errorf("%s: there are signs in it that can't be seen", net)
	}
	switch net {
	case ByCustomer:
		if rounded.MatchString(handle) {
			return fmt.Errorf("customer: a spreadsheet has rounded the number to %s, and all such customers look the same: format the column "+
				"as text and export it again", strings.ToUpper(handle))
		}
		return fits(number, net, handle, "a customer's number has 1 to 100 characters")
	case ByEmail:
		return fits(email, net, handle, "write it as ann@shop.example")
	case ByPhone:
		return fits(phone, net, handle, "write it with its country's number, as +49 30 123456")
	}
	for _, k := range b.Kinds {
		if k.Name == net && k.CheckHandle != nil {
			if hint := k.CheckHandle(handle); hint != "" {
				return fmt.Errorf("%s: %q is not a handle (%s)", net, handle, hint)
			}
		}
	}
	return nil
}

func fits(rule *regexp.Regexp, net, handle, hint string) error {
	if rule.MatchString(handle) {
		return nil
	}
	return fmt.Errorf("%s: %q can't be one (%s)", net, store.Cut(handle, 100), hint)
}

// Identity is what somebody is known by: a network, or one of the By words, and the handle there in the form of FoldOn.
type Identity struct {
	Network string `json:"network"`
	Handle  string `json:"handle"`
}

// asked is one identity of one of many people.
type asked struct {
	Identity
	Person int64 `json:"person"`
	who    int
}

// identifying is how far Identify is.
type identifying struct {
	known    map[Identity]int64
	out      []int64        // the people
	born     map[int64]bool // those who are not in the database yet
	numbered map[int64]bool // those whom the shop knows by a number
	added    []asked
}

// Identify finds the people whom a shop tells of, each by all identities that it gives, and makes those who are not known. Several that
// one row names are one person: the shop says so. But two customers' numbers are two customers, though they share an address or a phone:
// that stays whose it is. A row that names none is person 0.
func (b *Book) Identify(ctx context.Context, tx *sql.Tx, people [][]Identity, now time.Time) ([]int64, error) {
	all := askedOf(people)
	known, err := holders(ctx, tx, all)
	if err != nil {
		return nil, err
	}
	x := identifying{known: known, out: make([]int64, len(people)), born: map[int64]bool{}}
	if x.numbered, err = numbered(ctx, tx, known); err != nil {
		return nil, err
	}
	for _, a := range all {
		switch id, mine := x.known[a.Identity], x.out[a.who]; {
		case id == 0:
			if mine == 0 {
				mine = b.IDs.Next(now)
				x.out[a.who], x.born[mine] = mine, true
			}
			a.Person, x.known[a.Identity] = mine, mine
			x.numbered[mine] = x.numbered[mine] || a.Network == ByCustomer
			x.added = append(x.added, a)
		case mine == 0:
			x.out[a.who] = id
		case mine != id && !(x.numbered[mine] && x.numbered[id]):
			into, from := mine, id
			if x.born[mine] {
				into, from = id, mine
			}
			if !x.born[from] {
				err = b.merge(ctx, tx, into, from, Because{Who: "shop", Why: "the shop names both", At: now})
			}
			if x.follow(from, into); err != nil {
				return nil, err
			}
		}
	}
	return x.out, errors.Join(bear(ctx, tx, x.born, now), put(ctx, tx, x.added), recall(ctx, tx, now, slices.Collect(maps.Keys(x.born))...))
}

// askedOf are the identities of people, each one's number in the shop first: it says most.
func askedOf(people [][]Identity) (all []asked) {
	for i, ids := range people {
		for _, first := range []bool{true, false} {
			for _, id := range ids {
				if (id.Network == ByCustomer) == first {
					all = append(all, asked{Identity: id, who: i})
				}
			}
		}
	}
	return all
}

// numbered are those of some people whom the shop knows by a number.
func numbered(ctx context.Context, tx *sql.Tx, known map[Identity]int64) (map[int64]bool, error) {
	var all []asked
	out := map[int64]bool{}
	for _, p := range known {
		all = append(all, asked{Person: p})
	}
	each, err := store.Each(all)
	if err != nil || len(all) == 0 {
		return out, err
	}
	rows, err := tx.QueryContext(ctx, `SELECT DISTINCT h.person FROM json_each($1) j CROSS JOIN handles h
		WHERE h.person = CAST(j.value ->> 'person' AS BIGINT) AND h.network = 'customer'`, each)
	if err != nil {
		return nil, err
	}
	persons, err := store.Column[int64](rows)
	for _, p := range persons {
		out[p] = true
	}
	return out, err
}

// Lookup is who is known by some identities; 0 if nobody is, or several are. It makes and joins nobody.
func (b *Book) Lookup(ctx context.Context, q store.Querier, ids []Identity) (person int64, err error) {
	known, err := holders(ctx, q, askedOf([][]Identity{ids}))
	for _, p := range known {
		if person != 0 && person != p {
			return 0, err
		}
		person = p
	}
	return person, err
}

// follow lets what was found of one person be another's, with whom they are one now.
func (x *identifying) follow(from, into int64) {
	delete(x.born, from)
	x.numbered[into] = x.numbered[into] || x.numbered[from]
	for k, v := range x.known {
		if v == from {
			x.known[k] = into
		}
	}
	for i := range x.out {
		if x.out[i] == from {
			x.out[i] = into
		}
	}
	for i := range x.added {
		if x.added[i].Person == from {
			x.added[i].Person = into
		}
	}
}

// holders are the people who are known by some identities.
func holders(ctx context.Context, q store.Querier, all []asked) (map[Identity]int64, error) {
	each, err := store.Each(all)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT h.network, h.handle, h.person FROM json_each($1) j CROSS JOIN handles h
		WHERE h.network = j.value ->> 'network' AND h.handle = j.value ->> 'handle'`, each)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[Identity]int64{}
	for rows.Next() {
		var id Identity
		var person int64
		if err := rows.Scan(&id.Network, &id.Handle, &person); err != nil {
			return nil, err
		}
		out[id] = person
	}
	return out, rows.Err()
}

// bear keeps people of whom nothing else is known.
func bear(ctx context.Context, tx *sql.Tx, born map[int64]bool, now time.Time) error {
	var all []asked
	for id := range born {
		all = append(all, asked{Person: id})
	}
	each, err := store.Each(all)
	if err != nil || len(all) == 0 {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO persons (id, created_at) SELECT CAST(j.value ->> 'person' AS BIGINT), CAST($1 AS BIGINT)
		FROM json_each($2) j`, store.Ms(now), each)
	return err
}

// put keeps new identities.
func put(ctx context.Context, tx *sql.Tx, all []asked) error {
	each, err := store.Each(all)
	if err != nil || len(all) == 0 {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO handles (network, handle, person) SELECT j.value ->> 'network', j.value ->> 'handle',
		CAST(j.value ->> 'person' AS BIGINT) FROM json_each($1) j`, each)
	return err
}
