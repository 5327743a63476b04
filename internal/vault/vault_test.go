package vault

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

const token = "tok-7f3a-very-secret-49"

func open(t *testing.T, path string) (*store.DB, *Vault) {
	t.Helper()
	db, err := store.Open(t.Context(), placeOf(t, path), Migrations())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db, New(db, keyOf(path), time.Now)
}

func path(t *testing.T) string { return filepath.Join(t.TempDir(), "m.db") }

func TestMain(m *testing.M) { os.Exit(storetest.Both(m)) }

// places are the Postgres databases that stand for files.
var places = map[string]string{}

func placeOf(t *testing.T, path string) string {
	if !storetest.OnPostgres() {
		return path
	}
	if places[path] == "" {
		places[path] = storetest.Place(t)
	}
	return places[path]
}

func keyOf(path string) string { return path + ".key" }

func get(t *testing.T, v *Vault, name string) string {
	t.Helper()
	s, err := v.Get(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return s.Reveal()
}

func TestPutGetDelete(t *testing.T) {
	p := path(t)
	_, v := open(t, p)
	if got := get(t, v, "account x"); got != "" {
		t.Errorf("got %q before there is any", got)
	}
	long := strings.Repeat("长", 100_000)
	for _, s := range []string{token, "newer", long} {
		if err := v.Put(t.Context(), "account x", network.Secret(s)); err != nil {
			t.Fatal(err)
		}
		if got := get(t, v, "account x"); got != s {
			t.Errorf("got %.30q, want %.30q", got, s)
		}
	}
	_, again := open(t, p) // as after a restart
	if got := get(t, again, "account x"); got != long {
		t.Error("lost with the restart")
	}
	if err := v.Delete(t.Context(), "account x"); err != nil || get(t, v, "account x") != "" {
		t.Errorf("it is there still (%v)", err)
	}
}

// TestEmptyIsRefused: a failed sign-in must not wipe out a good token.
func TestEmptyIsRefused(t *testing.T) {
	_, v := open(t, path(t))
	if err := v.Put(t.Context(), "a", token); err != nil {
		t.Fatal(err)
	}
	if err := v.Put(t.Context(), "a", ""); err == nil || get(t, v, "a") != token {
		t.Errorf("err %v, kept %v", err, get(t, v, "a") == token)
	}
	if err := v.Session("a").Save(""); err == nil {
		t.Error("an empty session is kept")
	}
}

// TestSpoiled: what was altered at rest is not taken for a token.
func TestSpoiled(t *testing.T) {
	db, v := open(t, path(t))
	if err := v.Put(t.Context(), "a", token); err != nil {
		t.Fatal(err)
	}
	for _, sealed := range []string{"###", "bm90IGFnZQ=="} {
		if _, err := db.Writer().Exec(`UPDATE secrets SET sealed = $1`, sealed); err != nil {
			t.Fatal(err)
		}
		if s, err := v.Get(t.Context(), "a"); err == nil || s != "" {
			t.Errorf("got %q", s.Reveal())
		}
	}
}

// TestFirstStart: many that store at once agree on one key, and none is made before.
func TestFirstStart(t *testing.T) {
	db := storetest.Open(t, Migrations())
	key := keyOf(path(t))
	vaults := make([]*Vault, 8)
	for i := range vaults {
		vaults[i] = New(db, key, time.Now)
		if err := vaults[i].Usable(t.Context()); err != nil || get(t, vaults[i], "a") != "" {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(key); err == nil {
		t.Error("a key was made for nothing")
	}
	var wg sync.WaitGroup
	for i, v := range vaults {
		wg.Go(func() {
			if err := v.Put(t.Context(), fmt.Sprint(i), token); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i := range vaults {
		if got := get(t, vaults[0], fmt.Sprint(i)); got != token {
			t.Errorf("got %q", got)
		}
	}
}

func TestSession(t *testing.T) {
	_, v := open(t, path(t))
	a, b := v.Session("a"), v.Session("b")
	if s, err := a.Load(); s != "" || err != nil {
		t.Errorf("got %q, %v", s.Reveal(), err)
	}
	if err := a.Save(token); err != nil {
		t.Fatal(err)
	}
	if s, err := a.Load(); s.Reveal() != token || err != nil {
		t.Errorf("got %q, %v", s.Reveal(), err)
	}
	if s, _ := b.Load(); s != "" {
		t.Error("accounts share a session")
	}
	if printed := fmt.Sprintf("%v %+v %#v %s", network.Secret(token), network.Secret(token), network.Secret(token),
		network.Secret(token)); strings.Contains(printed, "secret") {
		t.Errorf("printed as %s", printed)
	}
}
