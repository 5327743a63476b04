package vault

import (
	"database/sql"
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

// TestLostKey: where secrets are stored no key is made anew, whatever is called, and
// it is said what to put back. Put back, it counts at once.
func TestLostKey(t *testing.T) {
	p := path(t)
	db, v := open(t, p)
	if err := v.Put(t.Context(), "account x", token); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(keyOf(p))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"missing": "", "another key": another(t), "is not a key file": "AGE-SECRET-KEY-nonsense"} {
		if err := os.Remove(keyOf(p)); err != nil {
			t.Fatal(err)
		}
		if text != "" {
			write(t, keyOf(p), text)
		}
		for _, noted := range []bool{true, false} { // versions before noted no key
			if !noted {
				note(t, db, "")
			}
			unusable(t, New(db, keyOf(p), time.Now), name)
		}
		if now, _ := os.ReadFile(keyOf(p)); string(now) != text {
			t.Errorf("%s: the key file was written over", name)
		}
		write(t, keyOf(p), string(good))
		if got := get(t, v, "account x"); got != token {
			t.Errorf("put back, it opens %q", got)
		}
		if err := v.Put(t.Context(), "account x", token); err != nil { // it is noted again
			t.Fatal(err)
		}
	}
}

// unusable fails unless everything that needs the key says that it is name.
func unusable(t *testing.T, v *Vault, name string) {
	t.Helper()
	_, err := v.Get(t.Context(), "account x")
	for what, err := range map[string]error{"Usable": v.Usable(t.Context()), "Put": v.Put(t.Context(), "account y", "fresh"), "Get": err} {
		if err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "put ") ||
			!strings.Contains(err.Error(), "--new-key") || strings.Contains(err.Error(), "nonsense") {
			t.Errorf("%s, %s: %v", name, what, err)
		}
	}
}

// note says whose key the secrets are encrypted with, or nothing.
func note(t *testing.T, db *store.DB, key string) {
	t.Helper()
	if err := db.Write(t.Context(), func(tx *sql.Tx) error { return store.SetMark(t.Context(), tx, KeyMark, key) }); err != nil {
		t.Fatal(err)
	}
}

// another is a key as another installation has it.
func another(t *testing.T) string {
	t.Helper()
	k, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return k.String() + "\n"
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestRenew: who has lost the key begins anew, and nothing is written over.
func TestRenew(t *testing.T) {
	p := path(t)
	db, v := open(t, p)
	if err := v.Put(t.Context(), "account x", token); err != nil {
		t.Fatal(err)
	}
	wrong := another(t)
	write(t, keyOf(p), wrong)
	aside, err := v.Renew(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(aside); err != nil || string(text) != wrong {
		t.Errorf("the file that was there is not kept: %v", err)
	}
	if err := v.Put(t.Context(), "account y", "fresh"); err != nil || get(t, v, "account y") != "fresh" || get(t, v, "account x") != "" {
		t.Errorf("it does not begin anew: %v", err)
	}
	if err := New(db, keyOf(p), time.Now).Usable(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestTwoMachines: the second has the key file of the first, and reads what the
// first stores; without it, it is told to copy that file.
func TestTwoMachines(t *testing.T) {
	db := storetest.Open(t, Migrations())
	first, second := keyOf(path(t)), keyOf(path(t))
	if err := New(db, first, time.Now).Put(t.Context(), "a", token); err != nil {
		t.Fatal(err)
	}
	b := New(db, second, time.Now)
	if err := b.Usable(t.Context()); err == nil || !strings.Contains(err.Error(), second) || !strings.Contains(err.Error(),
		"from the machine that made it") {
		t.Fatalf("got %v", err)
	}
	text, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	write(t, second, string(text))
	if get(t, b, "a") != token {
		t.Errorf("the second machine has the key and reads nothing: %v", err)
	}
}

// TestFirstMachines: of several that store their first token in an empty database
// with a key file each, one does, and the others are told to copy its file.
func TestFirstMachines(t *testing.T) {
	db := storetest.Open(t, Migrations())
	errs := make([]error, 4)
	var wg sync.WaitGroup
	for i := range errs {
		v := New(db, keyOf(path(t)), time.Now)
		wg.Go(func() { errs[i] = v.Put(t.Context(), "a", token) })
	}
	wg.Wait()
	good := 0
	for _, err := range errs {
		if err == nil {
			good++
		} else if !strings.Contains(err.Error(), "from the machine that made it") {
			t.Errorf("told: %v", err)
		}
	}
	if good != 1 {
		t.Errorf("%d have a key that counts: %v", good, errs)
	}
}
