// Package vault keeps tokens at rest: encrypted with age, under a key that
// lies in a file beside the database. A new token is stored before it is used
// and never replaced by an empty one.
package vault

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"magpie/internal/crash"
	"magpie/internal/network"
	"magpie/internal/store"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations makes the table.
func Migrations() fs.FS { f, _ := fs.Sub(files, "migrations"); return f }

// Vault encrypts and decrypts.
type Vault struct {
	db    *store.DB
	key   *age.X25519Identity
	clock func() time.Time
}

// Open reads the key file at path, or makes one. Where tokens are stored
// already that only another machine's key opens, it says so.
func Open(ctx context.Context, db *store.DB, path string, clock func() time.Time) (*Vault, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		var some bool
		if err := db.Read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM secrets)`).Scan(&some); err != nil {
			return nil, err
		}
		if some && db.Postgres() {
			return nil, fmt.Errorf("%w: the key of the stored tokens is missing: copy %s from the machine that made it", store.ErrUnusable, path)
		}
		return create(ctx, db, path, clock)
	}
	if err != nil {
		return nil, fmt.Errorf("the key file %s can't be read: %w", path, err)
	}
	key, err := age.ParseX25519Identity(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, fmt.Errorf("%s is not a key file: put the right file back, or delete it and sign in again with “magpie accounts login”", path)
	}
	return &Vault{db, key, clock}, theOne(ctx, db, path, key)
}

// keyMark notes whose key the tokens of a shared database are kept under.
const keyMark = "key"

// theOne fails where the tokens of a database that machines share are kept
// under another machine's key.
func theOne(ctx context.Context, db *store.DB, path string, key *age.X25519Identity) error {
	if !db.Postgres() {
		return nil
	}
	kept, err := db.Mark(ctx, keyMark)
	if err != nil {
		return err
	}
	if kept == "" {
		err = db.Write(ctx, func(tx *sql.Tx) error { return store.SetNewMark(ctx, tx, keyMark, key.Recipient().String()) })
		if err == nil {
			kept, err = db.Mark(ctx, keyMark)
		}
	}
	if err == nil && kept != key.Recipient().String() {
		return fmt.Errorf("%w: %s is not the key of this database's tokens: copy that file from the machine that made it", store.ErrUnusable, path)
	}
	return err
}

func create(ctx context.Context, db *store.DB, path string, clock func() time.Time) (*Vault, error) {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, err
	}
	// Written beside and linked into place: it is there whole, or not at all.
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return nil, fmt.Errorf("the key file %s can't be written: %w", path, err)
	}
	defer os.Remove(f.Name())
	_, err1 := f.WriteString(key.String() + "\n")
	err2 := f.Sync()
	if err := errors.Join(err1, err2, f.Close()); err != nil {
		return nil, fmt.Errorf("the key file %s can't be written: %w", path, err)
	}
	if err := os.Link(f.Name(), path); errors.Is(err, os.ErrExist) {
		return Open(ctx, db, path, clock) // another process was quicker
	} else if err != nil {
		return nil, fmt.Errorf("the key file %s can't be written: %w", path, err)
	}
	return &Vault{db, key, clock}, errors.Join(lasting(filepath.Dir(path)), theOne(ctx, db, path, key))
}

// lasting makes names in a folder survive a power cut.
func lasting(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Put stores a secret durably. An empty one is refused.
func (v *Vault) Put(ctx context.Context, name string, s network.Secret) error {
	return v.PutAll(ctx, map[string]network.Secret{name: s})
}

// PutAll stores several secrets durably, all or none.
func (v *Vault) PutAll(ctx context.Context, all map[string]network.Secret) error {
	sealed := map[string]string{}
	for name, s := range all {
		text, err := v.seal(s)
		if err != nil {
			return err
		}
		sealed[name] = text
	}
	err := v.db.Batch(ctx, func(tx *sql.Tx) error {
		for name, text := range sealed {
			if _, err := tx.ExecContext(ctx, `INSERT INTO secrets (name, sealed, at) VALUES ($1, $2, $3)
				ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed, at = excluded.at`, name, text, store.Ms(v.clock())); err != nil {
				return err
			}
		}
		crash.At("storing")
		return nil
	})
	crash.At("stored")
	return err
}

func (v *Vault) seal(s network.Secret) (string, error) {
	if s == "" {
		return "", errors.New("an empty token is not stored over a good one")
	}
	var b bytes.Buffer
	w, err := age.Encrypt(&b, v.key.Recipient())
	if err != nil {
		return "", err
	}
	if _, err := io.WriteString(w, s.Reveal()); err != nil {
		return "", err
	}
	err = w.Close()
	return base64.StdEncoding.EncodeToString(b.Bytes()), err
}

// Get returns a secret, "" if there is none.
func (v *Vault) Get(ctx context.Context, name string) (network.Secret, error) {
	var sealed string
	err := v.db.Read.QueryRowContext(ctx, `SELECT sealed FROM secrets WHERE name = $1`, name).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return "", err
	}
	r, err := age.Decrypt(bytes.NewReader(raw), v.key)
	if err != nil {
		return "", fmt.Errorf("what is stored for %s was encrypted with another key: sign in again with “magpie accounts login”", name)
	}
	text, err := io.ReadAll(r)
	return network.Secret(text), err
}

// Delete forgets a secret.
func (v *Vault) Delete(ctx context.Context, name string) error {
	return v.db.Batch(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM secrets WHERE name = $1`, name)
		return err
	})
}

// Session is where an account's short-lived tokens are kept.
func (v *Vault) Session(account string) Session { return Session{v, "session " + account} }

// Session is the part of the vault that holds one account's tokens.
type Session struct {
	v    *Vault
	name string
}

// Load returns the tokens, "" if there are none.
func (s Session) Load() (network.Secret, error) { return s.v.Get(context.Background(), s.name) }

// Save stores new tokens. Empty ones are refused.
func (s Session) Save(x network.Secret) error { return s.v.Put(context.Background(), s.name, x) }
