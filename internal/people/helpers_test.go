package people_test

import (
	"context"
	"database/sql"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"magpie/internal/audit"
	"magpie/internal/coupon"
	"magpie/internal/network"
	"magpie/internal/people"
	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

const day = 24 * time.Hour

var noon = time.Date(2027, 11, 26, 12, 0, 0, 0, time.UTC)

// open makes an empty record of people. The tables of coupons are there too,
// because segments look at them.
func open(t testing.TB) *people.Book {
	t.Helper()
	db := storetest.Open(t, audit.Migrations(), people.Migrations(), coupon.Migrations())
	return &people.Book{DB: db, IDs: store.NewIDs(), Kinds: kinds}
}

func write(t testing.TB, b *people.Book, fn func(*sql.Tx) error) {
	t.Helper()
	if err := b.DB.Write(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

// meet meets a person on Mastodon.
func meet(t testing.TB, b *people.Book, id, handle string) int64 {
	t.Helper()
	return meetWho(t, b, "mastodon", network.Person{ID: id, Handle: handle, Name: "N " + handle, Language: "en"})
}

func meetWho(t testing.TB, b *people.Book, net string, who network.Person) (person int64) {
	t.Helper()
	write(t, b, func(tx *sql.Tx) (err error) {
		person, err = b.Meet(context.Background(), tx, net, who, noon)
		return err
	})
	return person
}

func get(t testing.TB, b *people.Book, id int64) *people.Person {
	t.Helper()
	p, err := b.Get(context.Background(), id)
	if err != nil || p == nil {
		t.Fatalf("person %d: %v, %v", id, p, err)
	}
	return p
}

func find(t testing.TB, b *people.Book, handle string) int64 {
	t.Helper()
	id, err := b.Find(context.Background(), "", handle)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func count(t testing.TB, b *people.Book, query string, args ...any) (n int) {
	t.Helper()
	if err := b.DB.Read.QueryRow(query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// load imports a customer list.
func load(t testing.TB, b *people.Book, lines ...string) people.Imported {
	t.Helper()
	out, err := b.Import(context.Background(), strings.NewReader(strings.Join(lines, "\n")), noon, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// says fails unless err has all the words.
func says(t testing.TB, err error, words ...string) {
	t.Helper()
	for _, w := range words {
		if err == nil || !strings.Contains(err.Error(), w) {
			t.Errorf("got %v, want …%s…", err, w)
		}
	}
}

func TestMain(m *testing.M) {
	_ = flag.Set("rapid.nofailfile", "true") // the message has all it takes
	os.Exit(storetest.Both(m))
}

// kinds are networks as far as this package knows them.
var kinds = []network.Kind{{Name: "mastodon", Federated: true}, {Name: "bluesky"}, {Name: "x"}, {Name: "weibo"}}
