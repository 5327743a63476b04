package store_test

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

func itoa(n int) string { return strconv.Itoa(n) }

func TestTimes(t *testing.T) {
	now := time.Date(2027, 11, 26, 9, 0, 0, 123e6, time.FixedZone("", 8*3600))
	if got := store.Time(store.Ms(now)); !got.Equal(now) || got.Location() != time.UTC {
		t.Errorf("got %v", got)
	}
	if store.Ms(time.Time{}) != 0 || !store.Time(0).IsZero() {
		t.Error("no time is 0")
	}
}

// TestIDsGrow: each is greater than those before it, however many there are
// in a millisecond and even if the clock goes back.
func TestIDsGrow(t *testing.T) {
	ids, now := store.NewIDs(), time.UnixMilli(1_800_000_000_000)
	last := int64(0)
	for i := range 20_000 {
		if i == 10_000 {
			now = now.Add(-time.Hour)
		}
		if i%3000 == 0 {
			now = now.Add(time.Millisecond)
		}
		id := ids.Next(now)
		if id <= last {
			t.Fatalf("%d after %d", id, last)
		}
		last = id
	}
	if early := now.UnixMilli() << 22; ids.Next(now.Add(time.Hour*2))>>22 < early>>22 {
		t.Error("an id lies before its time")
	}
}

func TestIDsAreUnique(t *testing.T) {
	ids, now := store.NewIDs(), time.UnixMilli(1_800_000_000_000)
	var mu sync.Mutex
	seen := map[int64]bool{}
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			mine := make([]int64, 0, 2000)
			for range 2000 {
				mine = append(mine, ids.Next(now))
			}
			mu.Lock()
			defer mu.Unlock()
			for _, id := range mine {
				if seen[id] {
					t.Errorf("%d comes twice", id)
				}
				seen[id] = true
			}
		})
	}
	wg.Wait()
}

// TestIDsOfProcesses: two series at the same instants have nothing in common
// (unless they drew the same of 1,024 numbers).
func TestIDsOfProcesses(t *testing.T) {
	now := time.UnixMilli(1_800_000_000_000)
	a, b := store.NewIDs(), store.NewIDs()
	for a.Node() == b.Node() {
		b = store.NewIDs()
	}
	seen := map[int64]bool{}
	for range 10_000 {
		seen[a.Next(now)] = true
	}
	for range 10_000 {
		if id := b.Next(now); seen[id] {
			t.Fatalf("%d is in both", id)
		}
	}
	nodes := map[int64]bool{}
	for range 200 {
		nodes[store.NewIDs().Node()] = true
	}
	if len(nodes) < 100 {
		t.Errorf("200 series have only %d numbers", len(nodes))
	}
}

func TestLock(t *testing.T) {
	storetest.SQLiteOnly(t, "on Postgres any number may run")
	db := open(t)
	unlock, err := store.Lock(db.Path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = store.Lock(db.Path)
	says(t, err, "another “magpie run”", db.Path, "stop it first")
	if other := lockElsewhere(t, db.Path); !strings.Contains(other, "another “magpie run”") {
		t.Errorf("another process: %s", other)
	}
	unlock()
	if other := lockElsewhere(t, db.Path); other != "locked" {
		t.Errorf("after the lock was given back: %s", other)
	}
	if unlock, err = store.Lock(db.Path); err != nil { // the other process has ended
		t.Fatal(err)
	}
	unlock()
}

// lockElsewhere runs this test binary as another process that takes the lock.
func lockElsewhere(t *testing.T, path string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestOtherProcess$")
	c.Env = append(os.Environ(), "MAGPIE_TEST_LOCK="+path, storetest.Elsewhere(t))
	out, err := c.CombinedOutput()
	said, _, found := strings.Cut(string(out), "\n")
	if err != nil || !found {
		t.Fatalf("%v: %s", err, out)
	}
	return strings.TrimSpace(said)
}

// TestOtherProcess is the other process of TestLock.
func TestOtherProcess(t *testing.T) {
	path := os.Getenv("MAGPIE_TEST_LOCK")
	if path == "" {
		return
	}
	if _, err := store.Lock(path); err != nil {
		println2(err.Error())
		return
	}
	println2("locked")
}

func println2(s string) { _, _ = os.Stdout.WriteString(s + "\n") }

// TestEach: what both databases can't keep is left out, and what only looks like it stays.
func TestEach(t *testing.T) {
	type one struct {
		Text string `json:"text"`
	}
	db := open(t)
	for text, want := range map[string]string{"plain": "plain", "a\x00b": "ab", `a\u0000b`: `a\u0000b`, "柚子 🍊 \"x\" \\": "柚子 🍊 \"x\" \\"} {
		each, err := store.Each([]one{{"before"}, {text}})
		if err != nil {
			t.Fatal(err)
		}
		var got string
		err = db.Read.QueryRowContext(t.Context(), `SELECT j.value ->> 'text' FROM json_each($1) j WHERE j.key = '1'`, each).Scan(&got)
		if err != nil || got != want {
			t.Errorf("%q is %q, %v; want %q", text, got, err, want)
		}
	}
}
