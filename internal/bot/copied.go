package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"magpie/internal/accounts"
	"magpie/internal/audit"
	"magpie/internal/lease"
	"magpie/internal/outbox"
	"magpie/internal/people"
	"magpie/internal/site"
	"magpie/internal/store"
	"magpie/internal/vault"
)

// OpenCopy opens the empty Postgres database that is to take the place of the
// SQLite file at from, whose key it takes along.
func OpenCopy(ctx context.Context, o Options, from string) (*Bot, error) {
	key := filepath.Join(o.Dir, "magpie.key")
	_, had := os.Stat(key)
	if err := takeKey(from+".key", key); err != nil {
		return nil, err
	}
	b, err := Open(ctx, o)
	if err != nil && had != nil {
		_ = os.Remove(key) // it was not there before
	}
	return b, err
}

// CopyFrom fills this empty database with all that is in another, with the key
// of its tokens, and marks the other as moved.
func (b *Bot) CopyFrom(ctx context.Context, src *store.DB, progress func(string, int64)) ([]store.Copied, error) {
	tables, err := store.Copy(ctx, src, b.DB, progress)
	if err != nil {
		return nil, err
	}
	if err := store.Inherit(ctx, src, b.DB, site.Window, store.Matched, store.Plays, audit.HeadMark, people.ErasedKey, outbox.HoldOutKey,
		accounts.SignedAtMark, vault.KeyMark,
		people.FoldMark); err != nil {
		return nil, err
	}
	if err := lease.Free(ctx, b.DB, accounts.Nobody); err != nil {
		return nil, err
	}
	return tables, src.Leave(ctx, store.Shown(b.Options.Database))
}

// takeKey copies the key of the stored tokens beside the new database. Another
// key that lies there is an error.
func takeKey(from, to string) error {
	text, err := os.ReadFile(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		there, err := os.ReadFile(to)
		if err == nil && !bytes.Equal(there, text) {
			err = fmt.Errorf("%w: %s is the key of another database's tokens: move it away first", store.ErrUnusable, to)
		}
		return err
	}
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}
