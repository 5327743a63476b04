package people_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"testing"

	"magpie/internal/coupon"
	"magpie/internal/network"
	"magpie/internal/people"
)

// Two who were made one by mistake have again what was theirs, and nothing of the other.
func TestUnmerge(t *testing.T) {
	b, m, s := two(t)
	load(t, b, "mastodon,name,orders,spent,tags", "ann@social.example,Ann,3,30,vip")
	load(t, b, "bluesky,name,orders,spent,tags", "ann.example,Another Ann,4,40,press")
	grant(t, b, s, "youzi")
	write(t, b, func(tx *sql.Tx) error {
		for _, p := range []int64{m, s} {
			if _, err := coupon.Reserve(t.Context(), tx, coupon.Offer{Name: "bf", Made: true, PerPerson: 1}, coupon.For{Person: p,
				Post: "p"},
				noon); err != nil {
				return err
			}
		}
		return b.Follows(t.Context(), tx, "youzi", "bluesky", network.Person{ID: "did:1", Handle: "ann.example"}, 0, noon)
	})
	before := []string{all(t, b, m), all(t, b, s)}
	id := join(t, b)
	merges, err := b.Merges(t.Context(), 0, 10)
	if err != nil || len(merges) != 1 || merges[0].Into != id || len(merges[0].Handles) != 1 {
		t.Fatalf("%+v, %v", merges, err)
	}
	undo := func(id int64) (err error) {
		_ = b.DB.Write(t.Context(), func(tx *sql.Tx) error {
			_, err = b.Unmerge(t.Context(), tx, id, "ann", noon)
			return err
		})
		return err
	}
	if err := undo(merges[0].ID); err != nil {
		t.Fatal(err)
	}
	if after := []string{all(t, b, m), all(t, b, s)}; after[0] != before[0] || after[1] != before[1] {
		t.Errorf("before %s\nafter  %s", before, after)
	}
	if err := undo(merges[0].ID); !errors.Is(err, people.ErrNoMerge) {
		t.Error(err)
	}
	write(t, b, func(tx *sql.Tx) error { // each has one code, and its own
		for _, p := range []int64{m, s} {
			code, err := coupon.Reserve(t.Context(), tx, coupon.Offer{Name: "bf", Made: true, PerPerson: 1}, coupon.For{Person: p,
				Post: "p2"}, noon)
			if err != nil || code == "" {
				t.Errorf("%d: %q, %v", p, code, err)
			}
		}
		return nil
	})
	if n := count(t, b, `SELECT count(*) FROM coupons`); n != 2 {
		t.Errorf("%d codes", n)
	}
}

// Who has said "stop" stays alone after it turned out that they are another; and so does nobody else.
func TestUnmergeAfterStop(t *testing.T) {
	b, m, s := two(t)
	write(t, b, func(tx *sql.Tx) error {
		_, err := people.OptOut(t.Context(), tx, s, "m1", noon, noon)
		return err
	})
	join(t, b)
	merges, _ := b.Merges(t.Context(), 0, 1)
	write(t, b, func(tx *sql.Tx) error {
		_, err := b.Unmerge(t.Context(), tx, merges[0].ID, "ann", noon)
		return err
	})
	if get(t, b, m).OptedOut || !get(t, b, s).OptedOut {
		t.Error("the wish to be left alone is whose it was not")
	}
}

// Chains are undone from their end; whoever was erased can't be brought back.
func TestUnmergeInOrder(t *testing.T) {
	b, m, s := two(t)
	join(t, b)
	third := meetWho(t, b, "x", network.Person{ID: "7", Handle: "ann_x"})
	write(t, b, func(tx *sql.Tx) error {
		return b.Merge(t.Context(), tx, find(t, b, "ann.example"), third, people.Because{Who: "ann", Why: "she says so", At: noon.Add(1)})
	})
	merges, _ := b.Merges(t.Context(), 0, 10)
	if len(merges) != 2 {
		t.Fatalf("%+v", merges)
	}
	err := b.DB.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := b.Unmerge(t.Context(), tx, merges[1].ID, "ann", noon)
		return err
	})
	if !errors.Is(err, people.ErrLater) {
		t.Error(err)
	}
	if err := b.Forget(context.Background(), find(t, b, "ann_x"), "ann", noon); err != nil {
		t.Fatal(err)
	}
	if merges, _ = b.Merges(t.Context(), 0, 10); len(merges) != 0 {
		t.Errorf("%+v of somebody who was erased", merges)
	}
	_, _ = m, s
}

// all is what is kept of a person.
func all(t *testing.T, b *people.Book, id int64) string {
	t.Helper()
	p := get(t, b, id)
	consents, err := b.Consents(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(map[string]any{"person": p, "consents": consents,
		"follows": count(t, b, `SELECT count(*) FROM followers WHERE person = $1`, id),
		"codes":   count(t, b, `SELECT count(*) FROM coupons WHERE person = $1`, id)})
	return string(text)
}
