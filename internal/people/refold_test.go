package people_test

import (
	"testing"

	"magpie/internal/network"
	"magpie/internal/people"
)

// TestRefold: whom an earlier version knew by another form of the handle is the same
// person still, also where both forms were kept.
func TestRefold(t *testing.T) {
	b := open(t)
	for i, row := range [][3]string{{"mastodon", "ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"}, {"mastodon",
		"bob@xn--bcher-kva.example", "bob@xn--bcher-kva.example"},
		{"mastodon", "bob@bücher.example", "bob@bücher.example"}, {"bluesky", "xn--bcher-kva.example", "did:plc:one"}, {"bluesky",
			"bücher.example", "did:plc:two"}, {"mastodon", "cai@a.example", "cai@a.example"}} {
		if _, err := b.DB.Writer().Exec(`INSERT INTO persons (id, name, orders, created_at) VALUES ($1, '', 1, 0)`, i+1); err != nil {
			t.Fatal(err)
		}
		if _, err := b.DB.Writer().Exec(`INSERT INTO handles (network, handle, remote_id, person) VALUES ($1, $2, $3, $4)`, row[0], row[1],
			row[2], i+1); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := b.Refold(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for handle, want := range map[string]int64{"ann": 1, "bob": 3} {
		full := handle + "@bücher.example"
		if id := meetWho(t, b, "mastodon", network.Person{ID: network.FoldHandle(full), Handle: full}); id != want {
			t.Errorf("%s is person %d, not %d", full, id, want)
		}
	}
	if p := get(t, b, 3); p.Orders != 2 {
		t.Errorf("the two of bob are not one: %+v", p)
	}
	if n := count(t, b, `SELECT count(DISTINCT person) FROM handles WHERE network = 'bluesky'`); n != 2 {
		t.Errorf("%d persons on Bluesky: ids tell them apart", n)
	}
	if done, err := b.DB.Mark(t.Context(), people.FoldMark); err != nil || done == "" {
		t.Error("it is done anew at each start")
	}
}
