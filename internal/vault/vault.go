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

// Vault encrypts and decrypts. The key is read anew for each use, so that one that
// is put back counts at once.
type Vault struct {
	db    *store.DB
	path  string
	clock func() time.Time
}

// New is the vault of a database, with its key in the file at path. The file is made
// with the first secret that is stored.
func New(db *store.DB, path string, clock func() time.Time) *Vault { return &Vault{db, path, clock} }

// KeyMark notes whose key the stored secrets are encrypted with.
const KeyMark = "key"

// Lost is the error where the key of what is stored is not here: it is missing, another
// one, or no key.
type Lost struct{ text string }

// Error says which file is meant, and what to do.
func (l *Lost) Error() string { return store.ErrUnusable.Error() + ": " + l.text }

// Unwrap tells that the database can't be used as it is.
func (l *Lost) Unwrap() error { return store.ErrUnusable }

// lost is how somebody gets on who has no copy of the key.
const lost = "if there is no copy of it, “magpie accounts login --new-key ACCOUNT” makes a new key, and every account signs in again"

// Usable fails where secrets are stored that the key here does not open.
func (v *Vault) Usable(ctx context.Context) error {
	kept, err := v.db.Mark(ctx, KeyMark)
	if err != nil {
		return err
	}
	var sealed string
	err = v.db.Read.QueryRowContext(ctx, `SELECT sealed FROM secrets ORDER BY at DESC, name LIMIT 1`).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) && kept == "" {
		return nil
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return store.Explain(v.db.Path, err)
	}
	key, err := v.key()
	if err != nil {
		return err
	}
	if kept != "" {
		return v.ours(key, kept)
	}
	if _, err := unseal(key, sealed); err != nil { // stored by a version that noted no key
		return v.foreign()
	}
	return nil
}

func lostKey(format string, args ...any) error { return &Lost{fmt.Sprintf(format, args...)} }

// key reads the key file.
func (v *Vault) key() (*age.X25519Identity, error) {
	text, err := os.ReadFile(v.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil,
			lostKey("%s, the key of the stored tokens, is missing: put it back, from your copy of it or from the machine that made it; %s", v.path,
				lost)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: the key file %s can't be read", store.ErrUnusable, v.path)
	}
	key, err := age.ParseX25519Identity(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, lostKey("%s is not a key file: put the right file back; %s", v.path, lost)
	}
	return key, nil
}

// ours fails where key is not the one that is noted as kept.
func (v *Vault) ours(key *age.X25519Identity, kept string) error {
	if key.Recipient().String() == kept {
		return nil
	}
	return v.foreign()
}

func (v *Vault) foreign() error {
	return lostKey("%s is another key than that of this database's tokens: "+
		"put the right file back, from your copy of it or from the machine that made it; %s", v.path, lost)
}

// create makes the key file, unless another process is quicker.
func (v *Vault) create() error {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		return err
	}
	// Written beside and linked into place: it is there whole, or not at all.
	f, err := os.CreateTemp(filepath.Dir(v.path), filepath.Base(v.path)+".*")
	if err != nil {
		return fmt.Errorf("%w: the key file %s can't be written", store.ErrUnusable, v.path)
	}
	defer os.Remove(f.Name())
	_, err1 := f.WriteString(key.String() + "\n")
	err2 := f.Sync()
	if err := errors.Join(err1, err2, f.Close()); err != nil {
		return fmt.Errorf("the key file %s can't be written: %w", v.path, err)
	}
	if err := os.Link(f.Name(), v.path); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("the key file %s can't be written: %w", v.path, err)
	}
	return lasting(filepath.Dir(v.path))
}

// Renew is for a key that is lost: what is stored is forgotten, a key file that is
// there is kept under another name, which is returned, and the next secret makes a
// new key.
func (v *Vault) Renew(ctx context.Context) (aside string, err error) {
	aside = v.path + "." + v.clock().UTC().Format("20060102T150405")
	if err := os.Rename(v.path, aside); errors.Is(err, fs.ErrNotExist) {
		aside = ""
	} else if err != nil {
		return "", fmt.Errorf("the key file %s can't be moved aside: %w", v.path, err)
	}
	return aside, v.db.Batch(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM secrets`); err != nil {
			return err
		}
		return store.SetMark(ctx, tx, KeyMark, "")
	})
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
	key, err := v.keyToWrite(ctx)
	if err != nil {
		return err
	}
	sealed := map[string]string{}
	for name, s := range all {
		if sealed[name], err = seal(key, s); err != nil {
			return err
		}
	}
	var other error // another machine's first secret came before
	err = v.db.Batch(ctx, func(tx *sql.Tx) error {
		if err := store.SetNewMark(ctx, tx, KeyMark, key.Recipient().String()); err != nil {
			return err
		}
		kept, err := store.MarkIn(ctx, tx, KeyMark)
		if err != nil {
			return err
		}
		if other = v.ours(key, kept); other != nil {
			return nil
		}
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
	return errors.Join(err, other)
}

// keyToWrite is the key that a secret is encrypted with. It is made where nothing is
// stored yet.
func (v *Vault) keyToWrite(ctx context.Context) (*age.X25519Identity, error) {
	if err := v.Usable(ctx); err != nil {
		return nil, err
	}
	if _, err := os.Stat(v.path); errors.Is(err, fs.ErrNotExist) {
		if err := v.create(); err != nil {
			return nil, err
		}
	}
	return v.key()
}

func seal(key *age.X25519Identity, s network.Secret) (string, error) {
	if s == "" {
		return "", errors.New("an empty token is not stored over a good one")
	}
	var b bytes.Buffer
	w, err := age.Encrypt(&b, key.Recipient())
	if err != nil {
		return "", err
	}
	if _, err := io.WriteString(w, s.Reveal()); err != nil {
		return "", err
	}
	err = w.Close()
	return base64.StdEncoding.EncodeToString(b.Bytes()), err
}

func unseal(key *age.X25519Identity, sealed string) (network.Secret, error) {
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return "", err
	}
	r, err := age.Decrypt(bytes.NewReader(raw), key)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(r)
	return network.Secret(text), err
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
	if err := v.Usable(ctx); err != nil {
		return "", err
	}
	key, err := v.key()
	if err != nil {
		return "", err
	}
	secret, err := unseal(key, sealed)
	if err != nil {
		return "", fmt.Errorf("what is stored for %s is spoiled: sign in again with “magpie accounts login”", name)
	}
	return secret, nil
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

// Any tells whether any secret is stored.
func Any(ctx context.Context, q store.Querier) (yes bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM secrets)`).Scan(&yes)
	return yes, err
}

// StoredAt is when one of two secrets was stored last; zero if neither is.
func (v *Vault) StoredAt(ctx context.Context, name, other string) (time.Time, error) {
	var at int64
	err := v.db.Read.QueryRowContext(ctx, `SELECT COALESCE(max(at), 0) FROM secrets WHERE name IN ($1, $2)`, name, other).Scan(&at)
	return store.Time(at), err
}

// StoredSince are the secrets whose names begin in a way and that were stored after an instant,
// in milliseconds, by what follows; and when the last of them was.
func (v *Vault) StoredSince(ctx context.Context, begin string, since int64) (names []string, last int64, err error) {
	rows, err := v.db.Read.QueryContext(ctx, `SELECT name, at FROM secrets WHERE at > $1 AND lower(name) LIKE $2`, since, begin+"%")
	if err != nil {
		return nil, since, err
	}
	defer rows.Close()
	last = since
	for rows.Next() {
		var name string
		var at int64
		if err := rows.Scan(&name, &at); err != nil {
			return nil, since, err
		}
		last = max(last, at)
		names = append(names, strings.TrimPrefix(name, begin))
	}
	return names, last, rows.Err()
}
