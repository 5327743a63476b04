package people_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/memory"
	"magpie/internal/people"
)

// pages hands out followers three at a time and breaks when told to.
type pages struct {
	network.Client
	all    []string
	breaks int // at this call, counted from 1
	calls  int
}

func (p *pages) Followers(_ context.Context, cursor string) (out []network.Person, next string, err error) {
	if p.calls++; p.calls == p.breaks {
		return nil, "", network.Fail(network.Busy, "too many requests")
	}
	start := 0
	_, _ = fmt.Sscan(cursor, &start)
	for _, h := range p.all[start:min(start+3, len(p.all))] {
		out = append(out, network.Person{ID: "id-" + h, Handle: h})
	}
	if start+3 < len(p.all) {
		next = fmt.Sprint(start + 3)
	}
	return out, next, nil
}

func at(now time.Time) func() time.Time { return func() time.Time { return now } }

// follows tells since when and until when somebody follows the outlet.
func follows(t *testing.T, b *people.Book, handle string) (since, until time.Time, known bool) {
	t.Helper()
	var s int64
	var u sql.NullInt64
	err := b.DB.Read.QueryRow(`SELECT f.since, f.until FROM followers f JOIN handles h ON h.person = f.person
		WHERE f.account = 'outlet' AND h.handle = $1`, handle).Scan(&s, &u)
	if err == sql.ErrNoRows {
		return since, until, false
	}
	if err != nil {
		t.Fatal(err)
	}
	if u.Valid {
		until = time.UnixMilli(u.Int64).UTC()
	}
	return time.UnixMilli(s).UTC(), until, true
}

func TestSync(t *testing.T) {
	b := open(t)
	all := []string{"a", "b", "c", "d", "e", "f", "g"}
	c := &pages{all: all}
	var progress []int
	s, err := b.SyncFollowers(t.Context(), "outlet", "mastodon", c, at(noon), func(n int) { progress = append(progress, n) })
	if err != nil || s.Count != 7 || s.Generation != 1 || !s.Finished.Equal(noon) || fmt.Sprint(progress) != "[3 6 7]" {
		t.Fatalf("got %+v, %v, %v", s, progress, err)
	}
	for _, h := range all {
		if since, until, known := follows(t, b, h); !known || !since.Equal(noon) || !until.IsZero() {
			t.Errorf("%s: %v to %v, %v", h, since, until, known)
		}
	}
	// b goes, h comes, the others stay as they were.
	c.all = []string{"h", "a", "c", "d", "e", "f", "g"}
	later := noon.Add(day)
	if _, err := b.SyncFollowers(t.Context(), "outlet", "mastodon", c, at(later), nil); err != nil {
		t.Fatal(err)
	}
	if _, until, _ := follows(t, b, "b"); !until.Equal(later) {
		t.Errorf("b left at %v", until)
	}
	if since, until, _ := follows(t, b, "a"); !since.Equal(noon) || !until.IsZero() {
		t.Errorf("a: %v to %v", since, until)
	}
	if since, _, _ := follows(t, b, "h"); !since.Equal(later) {
		t.Errorf("h since %v", since)
	}
	// b comes back: that is a new following.
	c.all = append(c.all, "b")
	again := noon.Add(2 * day)
	if _, err := b.SyncFollowers(t.Context(), "outlet", "mastodon", c, at(again), nil); err != nil {
		t.Fatal(err)
	}
	if since, until, _ := follows(t, b, "b"); !since.Equal(again) || !until.IsZero() {
		t.Errorf("b: %v to %v", since, until)
	}
}

// TestSyncResumes: a broken sync goes on where it was and ends nobody's
// following before it has seen all.
func TestSyncResumes(t *testing.T) {
	b := open(t)
	c := &pages{all: []string{"a", "b", "c", "d", "e", "f", "g", "h"}}
	if _, err := b.SyncFollowers(t.Context(), "outlet", "mastodon", c, at(noon), nil); err != nil {
		t.Fatal(err)
	}
	c.all, c.calls, c.breaks = []string{"a", "b", "c", "e", "f", "g", "h"}, 0, 2
	_, err := b.SyncFollowers(t.Context(), "outlet", "mastodon", c, at(noon.Add(day)), nil)
	if network.ReasonOf(err) != network.Busy {
		t.Fatalf("got %v", err)
	}
	s, err := b.LastSync(t.Context(), "outlet")
	if err != nil || s.Cursor != "3" || s.Count != 3 || !s.Finished.IsZero() || s.Generation != 2 {
		t.Fatalf("got %+v, %v", s, err)
	}
	for _, h := range []string{"d", "e", "h"} {
		if _, until, _ := follows(t, b, h); !until.IsZero() {
			t.Errorf("%s was ended by half a sync", h)
		}
	}
	c.calls, c.breaks = 0, 0
	fresh := &people.Book{DB: b.DB, IDs: b.IDs, Kinds: b.Kinds} // as after a restart
	end := noon.Add(2 * day)
	s, err = fresh.SyncFollowers(t.Context(), "outlet", "mastodon", c, at(end), nil)
	if err != nil || c.calls != 2 || s.Count != 7 || s.Generation != 2 {
		t.Fatalf("%d calls, %+v, %v", c.calls, s, err)
	}
	if _, until, _ := follows(t, b, "d"); !until.Equal(end) {
		t.Errorf("d left at %v", until)
	}
	for _, h := range []string{"a", "e", "h"} {
		if since, until, _ := follows(t, b, h); !since.Equal(noon) || !until.IsZero() {
			t.Errorf("%s: %v to %v", h, since, until)
		}
	}
}

// TestFollowEvents: a notification counts, during a sync too, and the next
// sync does not end it.
func TestFollowEvents(t *testing.T) {
	b := open(t)
	event := func(h string, now time.Time) {
		write(t, b, func(tx *sql.Tx) error {
			return b.Follows(t.Context(), tx, "outlet", "mastodon", network.Person{ID: "id-" + h, Handle: h}, 0, now)
		})
	}
	event("a", noon)
	c := &pages{all: []string{"b", "c", "d", "e"}, breaks: 2}
	if _, err := b.SyncFollowers(t.Context(), "outlet", "mastodon", c, at(noon.Add(day)), nil); err == nil {
		t.Fatal("it should break")
	}
	event("z", noon.Add(day+time.Minute)) // follows while the sync is under way
	if _, err := b.SyncFollowers(t.Context(), "outlet", "mastodon", c, at(noon.Add(day+time.Hour)), nil); err != nil {
		t.Fatal(err)
	}
	if _, until, known := follows(t, b, "z"); !known || !until.IsZero() {
		t.Error("z was ended by a sync that could not have seen them")
	}
	if _, until, _ := follows(t, b, "a"); until.IsZero() {
		t.Error("a is not among the followers and follows still")
	}
	event("a", noon.Add(2*day))
	if since, until, _ := follows(t, b, "a"); !until.IsZero() || !since.Equal(noon.Add(2*day)) {
		t.Errorf("a: %v to %v", since, until)
	}
}

// TestSyncOfMemory reads many pages from the network made of memory.
func TestSyncOfMemory(t *testing.T) {
	b, net := open(t), memory.New(at(noon))
	for i := range 205 {
		net.Follow("outlet", network.Person{Handle: fmt.Sprintf("P%d", i)})
	}
	for range 2 {
		s, err := b.SyncFollowers(t.Context(), "outlet", "mastodon", net.Client("outlet"), at(noon), nil)
		if err != nil || s.Count != 205 {
			t.Fatalf("got %+v, %v", s, err)
		}
	}
	if n := count(t, b, `SELECT count(*) FROM followers WHERE until IS NULL`); n != 205 {
		t.Errorf("%d followers", n)
	}
}
