package people_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"magpie/internal/audit"
	"magpie/internal/coupon"
	"magpie/internal/network"
	"magpie/internal/people"
)

// two are one person, met on two networks, before that is known.
func two(t *testing.T) (b *people.Book, mastodon, bluesky int64) {
	b = open(t)
	b.Parts = []people.Part{{Name: "codes", Move: coupon.Reassign, Back: func(ctx context.Context, tx *sql.Tx, ids []string, to,
		_ int64) error {
		return coupon.GiveBack(ctx, tx, ids, to)
	}}}
	return b, meet(t, b, "1", "ann@social.example"), meetWho(t, b, "bluesky", network.Person{ID: "did:1", Handle: "ann.example"})
}

// join tells by a customer list that both are one.
func join(t *testing.T, b *people.Book) int64 {
	t.Helper()
	if out := load(t, b, "mastodon,bluesky", "ann@social.example,ann.example"); out.New != 0 {
		t.Fatalf("got %+v", out)
	}
	m, s := find(t, b, "ann@social.example"), find(t, b, "ann.example")
	if m != s || m == 0 {
		t.Fatalf("two persons still: %d and %d", m, s)
	}
	return m
}

func TestMergeTakesAllAlong(t *testing.T) {
	b, m, s := two(t)
	grant(t, b, m, "outlet")
	grant(t, b, s, "youzi")
	write(t, b, func(tx *sql.Tx) error {
		for _, f := range []struct {
			account, net string
			who          network.Person
		}{{"outlet", "mastodon", network.Person{ID: "1", Handle: "ann@social.example"}},
			{"youzi", "bluesky", network.Person{ID: "did:1", Handle: "ann.example"}}} {
			if err := b.Follows(t.Context(), tx, f.account, f.net, f.who, 0, noon); err != nil {
				return err
			}
		}
		for _, p := range []int64{m, s} {
			if _, err := coupon.Reserve(t.Context(), tx, coupon.Offer{Name: "bf", Made: true, PerPerson: 1}, coupon.For{Person: p,
				Post: "p"},
				noon); err != nil {
				return err
			}
		}
		_, err := tx.Exec(`INSERT INTO person_tags (person, tag) VALUES ($1, 'vip'), ($2, 'press')`, m, s)
		return err
	})
	id := join(t, b)
	p := get(t, b, id)
	if len(p.Handles) != 2 || strings.Join(p.Tags, " ") != "press vip" {
		t.Errorf("got %+v", p)
	}
	if !may(t, b, id, "outlet") || !may(t, b, id, "youzi") {
		t.Error("a consent is lost")
	}
	if n := count(t, b, `SELECT count(*) FROM followers WHERE person = $1`, id); n != 2 {
		t.Errorf("follows %d accounts", n)
	}
	if n := count(t, b, `SELECT count(*) FROM coupons WHERE person = $1`, id); n != 2 {
		t.Errorf("has %d coupons", n)
	}
	if n := count(t, b, `SELECT count(*) FROM persons`); n != 1 {
		t.Errorf("%d persons", n)
	}
}

// TestMergeKeepsOptOut: whoever of the two wanted peace, has it.
func TestMergeKeepsOptOut(t *testing.T) {
	for _, which := range []int{0, 1} {
		b, m, s := two(t)
		grant(t, b, m, "outlet")
		optOut(t, b, []int64{m, s}[which])
		id := join(t, b)
		if !get(t, b, id).OptedOut || may(t, b, id, "outlet") {
			t.Errorf("the opt-out of the %d. is lost", which+1)
		}
	}
}

// TestMergeLosesNoOrders: the list that tells of both handles has no orders in
// it, so those we knew stay.
func TestMergeLosesNoOrders(t *testing.T) {
	b, _, _ := two(t)
	load(t, b, "bluesky,orders,spent,city,last_order", "ann.example,4,99.50,Boston,2027-01-02")
	p := get(t, b, join(t, b))
	if p.Orders != 4 || p.Spent != 99.5*people.Money || p.City != "Boston" || p.LastOrder.IsZero() {
		t.Errorf("got %+v", p)
	}
}

func TestMergeFails(t *testing.T) {
	b, m, s := two(t)
	b.Parts = []people.Part{{Move: func(context.Context, *sql.Tx, int64, int64) ([]string, error) { return nil, context.DeadlineExceeded }}}
	_, err := b.Import(t.Context(), strings.NewReader("mastodon,bluesky,name\nann@social.example,ann.example,X\n"), noon, nil, nil)
	if err == nil || find(t, b, "ann.example") != s || get(t, b, m).Name == "X" {
		t.Errorf("half a merge: %v", err)
	}
}

func TestForget(t *testing.T) {
	b := open(t)
	load(t, b, "mastodon,name,city,orders,spent,last_order,tags,language", "ann,Ann,Boston,3,10,2026-01-02,a;b,en",
		"bob,Bob,Paris,1,1,2026-01-02,c,fr")
	ann, bob := find(t, b, "ann"), find(t, b, "bob")
	for _, p := range []int64{ann, bob} {
		grant(t, b, p, "outlet")
	}
	optOut(t, b, bob)
	for _, p := range []int64{ann, bob} {
		if err := b.Forget(t.Context(), p, "eve", noon.Add(day)); err != nil {
			t.Fatal(err)
		}
	}
	if p, err := b.Get(t.Context(), ann); p != nil || err != nil || find(t, b, "ann") != 0 {
		t.Errorf("ann is there: %+v, %v", p, err)
	}
	if p, err := b.Get(t.Context(), bob); p != nil || err != nil || find(t, b, "bob") != 0 {
		t.Errorf("bob is there: %+v, %v", p, err)
	}
	if n := count(t, b, `SELECT (SELECT count(*) FROM consents) + (SELECT count(*) FROM person_tags) + (SELECT count(*)
		FROM followers)`); n != 0 {
		t.Errorf("%d rows of theirs", n)
	}
	if n := count(t, b, `SELECT count(*) FROM erased WHERE sum LIKE '%bob%'`); n != 0 {
		t.Error("a handle can be read from what is kept")
	}
	lines, err := audit.Of(t.Context(), b.DB, people.Subject(bob))
	if err != nil || lines[len(lines)-1].What != "person forgotten" || lines[len(lines)-1].Who != "eve" {
		t.Errorf("the log: %+v, %v", lines, err)
	}
}

// Whoever wanted to be left alone and was erased is left alone when they turn up again, wherever that is; until they say otherwise.
func TestForgottenStaysAlone(t *testing.T) {
	b := open(t)
	for _, who := range []string{"bob@s.example", "cai@s.example", "dan@s.example", "eve@s.example"} {
		id := meet(t, b, "id-"+who, who)
		if who != "eve@s.example" {
			optOut(t, b, id)
		}
		if err := b.Forget(t.Context(), id, "eve", noon.Add(day)); err != nil {
			t.Fatal(err)
		}
	}
	bob := meet(t, b, "id-2", "bob@s.example")
	load(t, b, "mastodon,name", "cai@s.example,Cai", "eve@s.example,Eve")
	var dan int64
	write(t, b, func(tx *sql.Tx) error {
		all, err := b.Identify(t.Context(), tx, [][]people.Identity{{{Network: "mastodon", Handle: "dan@s.example"}}}, noon)
		dan = all[0]
		return err
	})
	for name, id := range map[string]int64{"bob": bob, "cai": find(t, b, "cai@s.example"), "dan": dan} {
		if !get(t, b, id).OptedOut {
			t.Errorf("%s is written to", name)
		}
	}
	if get(t, b, find(t, b, "eve@s.example")).OptedOut {
		t.Error("eve never said that")
	}
	write(t, b, func(tx *sql.Tx) error {
		_, err := people.OptIn(t.Context(), tx, bob, "m9", noon.Add(3*day), noon.Add(3*day))
		return err
	})
	if err := b.Forget(t.Context(), bob, "eve", noon.Add(4*day)); err != nil {
		t.Fatal(err)
	}
	if get(t, b, meet(t, b, "id-3", "bob@s.example")).OptedOut {
		t.Error("bob has taken it back")
	}
}
