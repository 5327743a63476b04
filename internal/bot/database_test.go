package bot

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"magpie/internal/acts"
	"magpie/internal/outbox/outboxtest"
	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

// TestDatabaseRestarts under two machines at work: all goes out, once.
func TestDatabaseRestarts(t *testing.T) {
	x := newTeam(t)
	s := storetest.Private(t)
	place, err := s.Schema("shop")
	if err != nil {
		t.Fatal(err)
	}
	a := x.machine(place, nil)
	x.starts(a)
	b := x.machine(place, nil)
	x.starts(b)
	x.shared(a, b)
	want := map[string][]string{}
	for i := range 60 {
		if i == 30 {
			go func() { s.Halt(); _ = s.Restart() }()
		}
		account, text := both[i%2], fmt.Sprintf("Number %d.", i)
		want[account] = append(want[account], text)
		x.eventually("a push", func() bool {
			_, err := a.Acts.Push(t.Context(), acts.Push{Account: account, Text: text, Who: "ann", Again: i == 0})
			return err == nil || i >= 30 && isAgain(err)
		})
		time.Sleep(10 * time.Millisecond)
	}
	for _, account := range both {
		x.once(account, want[account])
	}
	x.shared(a, b)
	x.eventually("nothing in doubt", func() bool {
		return len(outboxtest.Where(t, a.DB.Read, `state <> 'sent' AND campaign = 'push'`)) == 0
	})
}

// TestStopsWithoutDatabase: a machine ends in time although the database is
// gone, and a machine that begins then says why it can't.
func TestStopsWithoutDatabase(t *testing.T) {
	x := newTeam(t)
	s := storetest.Private(t)
	place, err := s.Schema("shop")
	if err != nil {
		t.Fatal(err)
	}
	a := x.machine(place, nil)
	r, err := a.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	x.push(a, "home", "Before.")
	x.once("home", []string{"Before."})
	s.Halt()
	defer func() { _ = s.Restart() }() // for its end
	began := time.Now()
	err = r.Stop()
	took := time.Since(began)
	t.Logf("after %s: %v", took.Round(time.Millisecond), err)
	if took > 15*time.Second || !errors.Is(err, store.ErrAway) {
		t.Errorf("after %s: %v", took, err)
	}
	if _, err := Open(t.Context(), a.Options); !errors.Is(err, store.ErrAway) {
		t.Errorf("one that begins says: %v", err)
	}
}
