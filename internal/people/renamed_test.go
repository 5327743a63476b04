package people_test

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"testing"

	"magpie/internal/network"
	"magpie/internal/store/storetest"
)

// TestRenamedTwiceAroundAnImport: somebody takes a name that the shop's list has, leaves it, and takes it again after the next list.
func TestRenamedTwiceAroundAnImport(t *testing.T) {
	b := open(t)
	ann := meet(t, b, "7", "ann@s.example")
	for range 3 {
		load(t, b, "mastodon,name", "shop@s.example,Shop")
		for _, handle := range []string{"shop@s.example", "ann@s.example"} {
			if again := meet(t, b, "7", handle); again != ann {
				t.Fatalf("she is %d, and as %s %d", ann, handle, again)
			}
		}
	}
	load(t, b, "mastodon,name", "shop@s.example,Shop")
	if id := meet(t, b, "8", "shop@s.example"); id == ann || id != find(t, b, "shop@s.example") {
		t.Errorf("the shop's customer is %d, Ann %d", id, ann)
	}
}

// random is a text that no compression makes shorter: an index of Postgres takes some 2,700 bytes.
func random(n int) string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	dice, out := rand.New(rand.NewPCG(1, 2)), make([]byte, n)
	for i := range out {
		out[i] = letters[dice.IntN(len(letters))]
	}
	return string(out)
}

// TestLongNames: a server may give people ids and handles of any length. Whoever has one is met, and is one person.
func TestLongNames(t *testing.T) {
	for name, who := range map[string]network.Person{
		"id": {ID: random(9000), Handle: "long@s.example"}, "handle": {ID: "7", Handle: random(9000)}, "name": {ID: "8", Handle: "n",
			Name: random(90_000)},
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t)
			var ids [2]int64
			for i := range ids {
				err := b.DB.Write(t.Context(), func(tx *sql.Tx) (err error) {
					ids[i], err = b.Meet(context.Background(), tx, "mastodon", who, noon)
					return err
				})
				if err != nil {
					t.Fatalf("on Postgres: %v; %v", storetest.OnPostgres(), err)
				}
			}
			if ids[0] != ids[1] {
				t.Errorf("one person is %d and %d", ids[0], ids[1])
			}
			if p := get(t, b, ids[0]); len(p.Name) > 4000 {
				t.Errorf("a name of %d bytes is kept", len(p.Name))
			}
		})
	}
}
