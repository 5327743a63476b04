package vault

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"

	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

// TestAtRest: no file beside the database, and nothing in a dump of it, has
// the token in it.
func TestAtRest(t *testing.T) {
	p := path(t)
	db, v := open(t, p)
	for _, name := range []string{"account x", "session x"} {
		if err := v.Put(t.Context(), name, token); err != nil {
			t.Fatal(err)
		}
	}
	kept := map[string]string{"the table": dump(t, db)}
	files, err := filepath.Glob(p + "*")
	if err != nil || len(files) < storetest.Fewer(2, 1) {
		t.Fatalf("%v, %v", files, err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		kept[f] = string(b)
	}
	for where, text := range kept {
		if strings.Contains(text, token) || strings.Contains(text, "dG9rLTdmM2") {
			t.Errorf("%s has the token in it", where)
		}
	}
	info, err := os.Stat(p + ".key")
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file is %v (%v), want 0600", info.Mode(), err)
	}
}

// dump is all that the table has.
func dump(t *testing.T, db *store.DB) string {
	t.Helper()
	rows, err := db.Read.Query(`SELECT name, sealed, at FROM secrets`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out strings.Builder
	n := 0
	for ; rows.Next(); n++ {
		var name, sealed string
		var at int64
		if err := rows.Scan(&name, &sealed, &at); err != nil {
			t.Fatal(err)
		}
		raw, _ := base64.StdEncoding.DecodeString(sealed)
		fmt.Fprintln(&out, name, sealed, at, string(raw))
	}
	if n != 2 || rows.Err() != nil {
		t.Fatalf("%d rows, %v", n, rows.Err())
	}
	return out.String()
}

// TestOtherKey: with the wrong key nothing is read, and it is said what to do.
func TestOtherKey(t *testing.T) {
	p := path(t)
	db, v := open(t, p)
	if err := v.Put(t.Context(), "account x", token); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(p + ".key"); err != nil {
		t.Fatal(err)
	}
	if storetest.OnPostgres() {
		refusedOnPostgres(t, db, p)
		return
	}
	other, err := Open(t.Context(), db, keyOf(p), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	s, err := other.Get(t.Context(), "account x")
	if err == nil || s != "" || !strings.Contains(err.Error(), "another key") || !strings.Contains(err.Error(), "magpie accounts login") || strings.Contains(err.Error(), token) {
		t.Errorf("got %q, %v", s.Reveal(), err)
	}
	if err := other.Put(t.Context(), "account x", "fresh"); err != nil || get(t, other, "account x") != "fresh" {
		t.Errorf("signing in again does not mend it: %v", err)
	}
	if err := os.WriteFile(p+".key", []byte("AGE-SECRET-KEY-nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), db, keyOf(p), time.Now); err == nil || !strings.Contains(err.Error(), "is not a key file") || strings.Contains(err.Error(), "nonsense") {
		t.Errorf("got %v", err)
	}
}

// refusedOnPostgres: other machines have the key. One that has none makes none,
// and one that has another says so: to sign in again there would lock out the
// others.
func refusedOnPostgres(t *testing.T, db *store.DB, p string) {
	t.Helper()
	_, err := Open(t.Context(), db, keyOf(p), time.Now)
	if err == nil || !strings.Contains(err.Error(), "the key of the stored tokens is missing: copy "+keyOf(p)) {
		t.Fatalf("got %v", err)
	}
	if _, err := os.Stat(keyOf(p)); err == nil {
		t.Fatal("another key was made")
	}
	putKey(t, keyOf(p))
	if _, err = Open(t.Context(), db, keyOf(p), time.Now); err == nil || !strings.Contains(err.Error(), "is not the key of this database's tokens: copy") {
		t.Fatalf("got %v", err)
	}
}

// putKey makes a key file as another installation has it.
func putKey(t *testing.T, path string) {
	t.Helper()
	k, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(k.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestTwoMachines: the second has the key file of the first, and reads what the
// first stores; without it, an empty database lets each begin.
func TestTwoMachines(t *testing.T) {
	storetest.PostgresOnly(t)
	db := storetest.Open(t, Migrations())
	first, second := keyOf(path(t)), keyOf(path(t))
	a, err := Open(t.Context(), db, first, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Put(t.Context(), "a", token); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), db, second, time.Now); err == nil || !strings.Contains(err.Error(), "copy "+second+" from the machine that made it") {
		t.Fatalf("got %v", err)
	}
	text, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(second, text, 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := Open(t.Context(), db, second, time.Now)
	if err != nil || get(t, b, "a") != token {
		t.Errorf("the second machine has the key and reads nothing: %v", err)
	}
}

// TestFirstMachines: of two that begin on an empty database with a key file
// each, one is told to copy the other's, before any token is stored.
func TestFirstMachines(t *testing.T) {
	storetest.PostgresOnly(t)
	db := storetest.Open(t, Migrations())
	errs := make([]error, 4)
	var wg sync.WaitGroup
	for i := range errs {
		key := keyOf(path(t))
		wg.Go(func() { _, errs[i] = Open(t.Context(), db, key, time.Now) })
	}
	wg.Wait()
	good := 0
	for _, err := range errs {
		if err == nil {
			good++
		} else if !strings.Contains(err.Error(), "copy that file from the machine that made it") {
			t.Errorf("told: %v", err)
		}
	}
	if good != 1 {
		t.Errorf("%d have a key that counts: %v", good, errs)
	}
}
