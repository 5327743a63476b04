package people

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"magpie/internal/network"
	"magpie/internal/store"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations makes the tables.
func Migrations() fs.FS { f, _ := fs.Sub(files, "migrations"); return f }

// Book is the record of people.
type Book struct {
	DB  *store.DB
	IDs *store.IDs
	// Parts are what other packages keep of persons: it follows when two turn out to be one, and goes back when they do not.
	Parts []Part
	// Listed is told of those of whom a list has said what they bought, in the transaction that keeps it; nil: nobody else counts that.
	Listed func(ctx context.Context, tx *sql.Tx, persons []int64) error
	// Zone is that of the days in lists; nil: UTC.
	Zone  func() *time.Location
	Kinds []network.Kind // the networks on which people may have handles
	// Accounts are the names of ours, for which a consent may be; nil: any.
	Accounts func() []string
}

// Person is what we know of somebody.
type Person struct {
	ID             int64
	Name, Language string
	City           string
	Orders         int
	Country, Zone  string
	Spent          int64 // in parts of the shop's currency, see Money
	LastOrder      time.Time
	Followers      int
	Handles        []Handle
	Tags           []string
	OptedOut       bool
}

// Handle is a name on one network.
type Handle struct{ Network, Handle, RemoteID string }

// Fold is the form of a handle by which it is found.
func Fold(handle string) string {
	return network.FoldHandle(handle)
}

// Bounds of what strangers call themselves, in bytes.
const nameMost, languageMost = 1_000, 40

// Meet returns the person behind a handle that we met on a network, making
// one if need be. The network's id counts more than the handle, which people
// may change.
func (b *Book) Meet(ctx context.Context, tx *sql.Tx, net string, who network.Person, now time.Time) (int64, error) {
	who.ID, who.Name, who.Language = store.Key(who.ID), store.Cut(store.Text(who.Name), nameMost),
		store.Cut(store.Text(who.Language), languageMost)
	handle := store.Key(Fold(store.Text(who.Handle)))
	var id int64
	var old string
	err := tx.QueryRowContext(ctx, `SELECT person, handle FROM handles WHERE network = $1 AND remote_id = $2`, net, who.ID).Scan(&id, &old)
	switch {
	case err == nil && (old == handle || who.Unnamed):
		return id, refresh(ctx, tx, id, who)
	case err == nil:
		return id, errors.Join(refresh(ctx, tx, id, who), b.rename(ctx, tx, net, who.ID, handle))
	case !errors.Is(err, sql.ErrNoRows):
		return 0, err
	}
	return b.meetByHandle(ctx, tx, net, handle, who, now)
}

// refresh keeps what the network says of a person we know, where it says it.
func refresh(ctx context.Context, tx *sql.Tx, id int64, who network.Person) error {
	if who.Followers == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, `UPDATE persons SET followers_count = $1 WHERE id = $2
		AND followers_count <> $3`, who.Followers, id, who.Followers)
	return err
}

// former marks the handle of somebody who has given it up.
const former = " (former)"

// rename notes a new handle. A row that still claims it belonged to somebody
// who has given it up: it keeps that person under the id alone.
func (b *Book) rename(ctx context.Context, tx *sql.Tx, net, remote, handle string) error {
	const given = `COALESCE(remote_id, handle) || ' ' || CAST(person AS TEXT) || '` + former + `'`
	if _, err := tx.ExecContext(ctx, `DELETE FROM handles WHERE network = $1
		AND handle IN (SELECT `+given+` FROM handles WHERE network = $2 AND handle = $3)`, net, net, handle); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE handles SET handle = `+given+` WHERE network = $1 AND handle = $2`, net, handle); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE handles SET handle = $1 WHERE network = $2 AND remote_id = $3`, handle, net, remote)
	return err
}

func (b *Book) meetByHandle(ctx context.Context, tx *sql.Tx, net, handle string, who network.Person, now time.Time) (int64, error) {
	var id int64
	var remote sql.NullString
	err := tx.QueryRowContext(ctx, `SELECT person, remote_id FROM handles WHERE network = $1 AND handle = $2`, net, handle).Scan(&id,
		&remote)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	if err == nil && !remote.Valid {
		_, err = tx.ExecContext(ctx, `UPDATE handles SET remote_id = $1, bot = $2 WHERE network = $3
			AND handle = $4`, who.ID, who.Bot, net, handle)
		return id, errors.Join(err, refresh(ctx, tx, id, who))
	}
	if err == nil { // the name has gone to somebody else
		if err := b.rename(ctx, tx, net, remote.String, remote.String+former); err != nil {
			return 0, err
		}
	}
	if who.Unnamed {
		who.Name = ""
	}
	id = b.IDs.Next(now)
	if _, err := tx.ExecContext(ctx, `INSERT INTO persons (id, name, language, followers_count, created_at) VALUES ($1, $2, $3, $4, $5)`,
		id, who.Name, who.Language, who.Followers, store.Ms(now)); err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO handles (network, handle, remote_id, person, bot) VALUES ($1, $2, $3, $4, $5)`,
		net, handle, who.ID, id, who.Bot)
	if err != nil {
		return 0, err
	}
	return id, recall(ctx, tx, now, id)
}

// Speaks notes a person's language, where none is known.
func Speaks(ctx context.Context, tx *sql.Tx, person int64, language string) error {
	if language == "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, `UPDATE persons SET language = $1 WHERE id = $2 AND language = ''`, language, person)
	return err
}

// Ambiguous is the error of a handle that several people have, each on a network.
type Ambiguous struct {
	Handle   string
	Networks []string
}

// Error says on which networks.
func (a *Ambiguous) Error() string {
	return fmt.Sprintf("several people have the handle %s (on %s): choose one", a.Handle, strings.Join(a.Networks, ", "))
}

// Find returns the person with that handle on a network, or 0. An empty network
// means any: the error is an *Ambiguous if several people have it.
func (b *Book) Find(ctx context.Context, net, handle string) (id int64, err error) {
	// The networks first, and then the handle on each: there are few, and handles without end.
	rows, err := b.DB.Read.QueryContext(ctx, `WITH RECURSIVE n(network) AS (SELECT min(network) FROM handles
			UNION ALL SELECT (SELECT min(h.network) FROM handles h WHERE h.network > n.network) FROM n WHERE n.network IS NOT NULL)
		SELECT h.person, h.network FROM n JOIN handles h ON h.network = n.network AND h.handle = $1 WHERE h.network = $2 OR $3 = ''
		ORDER BY h.network`, Fold(handle), net, net)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	people, on := map[int64]bool{}, []string{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&id, &name); err != nil {
			return 0, err
		}
		people[id] = true
		on = append(on, name)
	}
	if len(people) > 1 {
		return 0, &Ambiguous{handle, on}
	}
	return id, rows.Err()
}

// Get returns a person, or nil.
func (b *Book) Get(ctx context.Context, id int64) (*Person, error) {
	p := &Person{ID: id}
	var last sql.NullInt64
	err := b.DB.Read.QueryRowContext(ctx, `SELECT name, language, city, country, zone, orders, spent, last_order,
		followers_count,
		EXISTS (SELECT 1 FROM optouts o WHERE o.person = p.id) FROM persons p WHERE id = $1`, id).
		Scan(&p.Name, &p.Language, &p.City, &p.Country, &p.Zone, &p.Orders, &p.Spent, &last, &p.Followers, &p.OptedOut)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p.LastOrder = store.Time(last.Int64)
	if err := b.details(ctx, p); err != nil {
		return nil, err
	}
	return p, nil
}

func (b *Book) details(ctx context.Context, p *Person) error {
	rows, err := b.DB.Read.QueryContext(ctx, `SELECT network, handle, COALESCE(remote_id, '') FROM handles WHERE person = $1
		UNION ALL SELECT '', tag, '' FROM person_tags WHERE person = $2 ORDER BY 1, 2`, p.ID, p.ID)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var h Handle
		if err := rows.Scan(&h.Network, &h.Handle, &h.RemoteID); err != nil {
			return err
		}
		if strings.HasSuffix(h.Handle, former) && h.Network != "" {
			h.Handle = ""
		}
		if h.Network == "" {
			p.Tags = append(p.Tags, h.Handle)
		} else {
			p.Handles = append(p.Handles, h)
		}
	}
	return rows.Err()
}

// On returns the person's handle on a network, or a zero one.
func (p *Person) On(net string) Handle {
	for _, h := range p.Handles {
		if h.Network == net {
			return h
		}
	}
	return Handle{}
}

// Any tells whether anybody is known.
func Any(ctx context.Context, q store.Querier) (yes bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM persons)`).Scan(&yes)
	return yes, err
}

// Known is somebody by a handle.
type Known struct{ Handle, Name string }

// On are those with a handle on a network, by their handles.
func On(ctx context.Context, q store.Querier, network string) (all []Known, err error) {
	rows, err := q.QueryContext(ctx, `SELECT h.handle, p.name FROM handles h JOIN persons p ON p.id = h.person
		WHERE h.network = $1 ORDER BY h.handle`, network)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var k Known
		if err := rows.Scan(&k.Handle, &k.Name); err != nil {
			return nil, err
		}
		all = append(all, k)
	}
	return all, rows.Err()
}
