package inbox

import (
	"context"
	"database/sql"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"magpie/internal/network"
	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

var noon = time.Date(2027, 11, 26, 12, 0, 0, 0, time.UTC)

func TestMain(m *testing.M) { os.Exit(storetest.Both(m)) }

func open(t *testing.T) *store.DB {
	t.Helper()
	return storetest.Open(t, Migrations())
}

func write(t *testing.T, db *store.DB, fn func(*sql.Tx) error) {
	t.Helper()
	if err := db.Batch(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func keep(t *testing.T, db *store.DB, net, account, item string) (id string, fresh bool) {
	t.Helper()
	write(t, db, func(tx *sql.Tx) (err error) {
		id, fresh, err = Keep(context.Background(), tx, net, account, 7, network.Mention{Item: item, Ref: network.Ref("ref of " + account),
			At: noon, Text: item}, noon)
		return err
	})
	return id, fresh
}

func one(t *testing.T, db *store.DB, id string) *Mention {
	t.Helper()
	m, err := One(t.Context(), db.Read, id)
	if err != nil || m == nil {
		t.Fatalf("%s: %v, %v", id, m, err)
	}
	return m
}

func decide(t *testing.T, db *store.DB, id string, s State, rule, account string, now time.Time) (done bool) {
	t.Helper()
	write(t, db, func(tx *sql.Tx) (err error) {
		done, err = Decide(context.Background(), tx, id, Verdict{State: s, Rule: rule, Reason: "because", Account: account}, now)
		return err
	})
	return done
}

// TestKeptOnce: seen by two of our accounts, by stream and by poll, it is one.
func TestKeptOnce(t *testing.T) {
	db := open(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	fresh, ids := 0, map[string]bool{}
	for i := range 12 {
		wg.Go(func() {
			id, new := keep(t, db, "mastodon", []string{"outlet", "home"}[i%2], "https://s.example/1")
			mu.Lock()
			defer mu.Unlock()
			ids[id] = true
			if new {
				fresh++
			}
		})
	}
	wg.Wait()
	if fresh != 1 || len(ids) != 1 {
		t.Errorf("%d are fresh, %v", fresh, ids)
	}
	if _, new := keep(t, db, "bluesky", "youzi", "https://s.example/1"); !new {
		t.Error("the same address on another network is another item")
	}
	if _, new := keep(t, db, "mastodon", "outlet", "https://s.example/2"); !new {
		t.Error("another item is not fresh")
	}
	if m, err := One(t.Context(), db.Read, "no such"); m != nil || err != nil {
		t.Errorf("got %v, %v", m, err)
	}
}

func TestAllIsKept(t *testing.T) {
	db := open(t)
	want := network.Mention{Item: "at://x", Ref: `{"cid":"1"}`, At: noon.Add(-time.Minute), Text: "有优惠吗？ '; DROP TABLE mentions; --",
		Language: "zh", Direct: true, Names: []string{"1", "2"}, ReplyTo: "p1",
		Author: network.Person{ID: "did:1", Handle: "ann.example", Name: "安 🎉", Bot: true, NoBot: true, Followers: 3, Language: "zh"}}
	var id string
	write(t, db, func(tx *sql.Tx) (err error) {
		id, _, err = Keep(t.Context(), tx, "bluesky", "youzi", 42, want, noon)
		return err
	})
	m := one(t, db, id)
	if d := cmp.Diff(want, m.Mention); d != "" {
		t.Error(d)
	}
	if m.Network != "bluesky" || m.Account != "youzi" || m.Person != 42 || m.State != New || !m.Received.Equal(noon) || !m.Decided.IsZero() {
		t.Errorf("got %+v", m)
	}
}

// TestDecidedOnce: the second decision changes nothing.
func TestDecidedOnce(t *testing.T) {
	db := open(t)
	id, _ := keep(t, db, "mastodon", "outlet", "1")
	if !decide(t, db, id, Answered, "c/s", "outlet", noon) || decide(t, db, id, Silent, "", "home", noon) {
		t.Error("decided twice, or not at all")
	}
	if m := one(t, db, id); m.State != Answered || m.Rule != "c/s" || m.AnsweredBy != "outlet" || m.Reason != "because" ||
		!m.Decided.Equal(noon) {
		t.Errorf("got %+v", m)
	}
	write(t, db, func(tx *sql.Tx) error { return ToDesk(t.Context(), tx, id, "refused") })
	if m := one(t, db, id); m.State != Desk || m.Reason != "refused" {
		t.Errorf("got %+v", m)
	}
	write(t, db, func(tx *sql.Tx) error { return Close(t.Context(), tx, id, "by hand") })
	write(t, db, func(tx *sql.Tx) error { return ToDesk(t.Context(), tx, id, "again") })
	if m := one(t, db, id); m.State != Closed || m.Reason != "by hand" {
		t.Errorf("got %+v", m)
	}
	other, _ := keep(t, db, "mastodon", "outlet", "2")
	write(t, db, func(tx *sql.Tx) error { return Close(t.Context(), tx, other, "x") })
	if m := one(t, db, other); m.State != New {
		t.Errorf("what nobody has decided about is %s", m.State)
	}
}

// TestAnswers counts by rule, person, account and time.
func TestAnswers(t *testing.T) {
	db := open(t)
	for i, c := range []struct {
		rule, account string
		ago           time.Duration
		state         State
	}{{"a", "outlet", 0, Answered}, {"a", "home", time.Minute, Answered}, {"b", "outlet", 2 * time.Minute, Answered},
		{"a", "outlet", time.Hour, Answered}, {"a", "outlet", 0, Desk}} {
		id, _ := keep(t, db, "mastodon", "outlet", string(rune('a'+i)))
		decide(t, db, id, c.state, c.rule, c.account, noon.Add(-c.ago))
	}
	for _, c := range []struct {
		rule    string
		person  int64
		account string
		per     time.Duration
		want    int
	}{{"", 0, "", time.Hour, 3}, {"", 7, "", time.Hour, 3}, {"", 8, "", time.Hour, 0}, {"a", 7, "", time.Hour, 2},
		{"a", 0, "outlet", time.Hour, 1}, {"", 0, "", 2 * time.Hour, 4}, {"b", 7, "outlet", time.Hour, 1}} {
		if n, err := Answers(t.Context(), db.Read, c.rule, c.person, c.account, noon.Add(-c.per)); err != nil || n != c.want {
			t.Errorf("%+v: %d, %v", c, n, err)
		}
	}
}

func TestCursor(t *testing.T) {
	db := open(t)
	if c, at, err := Cursor(t.Context(), db, "outlet"); c != "" || !at.IsZero() || err != nil {
		t.Errorf("got %q, %v, %v", c, at, err)
	}
	for _, c := range []string{"1", "2", "3"} {
		write(t, db, func(tx *sql.Tx) error { return SetCursor(t.Context(), tx, "outlet", c, noon) })
	}
	write(t, db, func(tx *sql.Tx) error { return SetCursor(t.Context(), tx, "home", "9", noon) })
	if c, at, err := Cursor(t.Context(), db, "outlet"); c != "3" || !at.Equal(noon) || err != nil {
		t.Errorf("got %q, %v, %v", c, at, err)
	}
}

// TestOddText: whatever bytes somebody sends, it is kept, and reading goes on
// after it.
func TestOddText(t *testing.T) {
	db := open(t)
	odd := storetest.Odd
	var id string
	write(t, db, func(tx *sql.Tx) (err error) {
		m := network.Mention{Item: odd, Ref: network.Ref(odd), At: noon, Text: odd, Language: odd, ReplyTo: odd, Names: []string{odd},
			Author: network.Person{ID: odd, Handle: odd, Name: odd, Language: odd}}
		if id, _, err = Keep(t.Context(), tx, "mastodon", "outlet", 7, m, noon); err != nil {
			return err
		}
		if _, fresh, err := Keep(t.Context(), tx, "mastodon", "outlet", 7, m, noon); err != nil || fresh {
			t.Errorf("again: fresh %v, %v", fresh, err)
		}
		return SetCursor(t.Context(), tx, "outlet", "after it", noon)
	})
	if m := one(t, db, id); !strings.HasSuffix(m.Text, storetest.Kept) || !strings.HasSuffix(m.Author.Name, storetest.Kept) {
		t.Errorf("got %+v", m)
	}
	write(t, db, func(tx *sql.Tx) error {
		_, err := Decide(t.Context(), tx, id, Verdict{State: Desk, Reason: odd, Account: odd}, noon)
		return err
	})
	write(t, db, func(tx *sql.Tx) error { return Close(t.Context(), tx, id, odd) })
	if cursor, _, err := Cursor(t.Context(), db, "outlet"); err != nil || cursor != "after it" {
		t.Errorf("read up to %q, %v", cursor, err)
	}
}
