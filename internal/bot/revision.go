package bot

import (
	"archive/zip"
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"

	"magpie/internal/outbox"
	"magpie/internal/revision"
	"magpie/internal/store"
	"magpie/internal/workspace"
)

// inForce is a set of files in force. Its number is 0 while it has none.
type inForce struct {
	*workspace.Set
	number int64
}

// errStale means that the files in hand are not those in force any more.
var errStale = errors.New("the files have changed meanwhile")

// noteRevision numbers the files in hand and puts them in force, for all
// machines.
func (b *Bot) noteRevision(ctx context.Context) error {
	set := b.Set()
	packed, err := "", error(nil)
	if b.DB.Postgres() || sizeOf(set.Files) <= packMost { // for the other machines, and for commands while the files have mistakes
		if packed, err = pack(set.Files); err != nil {
			return err
		}
	}
	var number int64
	err = b.write(ctx, func(tx *sql.Tx) error {
		number, err = revision.Put(ctx, tx, set.Hash, packed, b.Clock())
		return err
	})
	if err == nil {
		b.set.Store(&inForce{set, number})
	}
	return err
}

// packMost is how large files may be that are kept in a SQLite database, in bytes.
const packMost = 20 << 20

func sizeOf(files map[string][]byte) (n int) {
	for _, b := range files {
		n += len(b)
	}
	return n
}

// Revision is the number of the files in force.
func (b *Bot) Revision(ctx context.Context) (n int64, err error) {
	return revision.InForce(ctx, b.DB.Read)
}

// inStep fails with errStale where several machines work and the files in hand
// are not those in force.
func (b *Bot) inStep(ctx context.Context, tx *sql.Tx) error {
	r := b.set.Load()
	if !b.DB.Postgres() || r.number == 0 {
		return nil
	}
	n, err := revision.InForce(ctx, tx)
	if err == nil && n != r.number {
		return errStale
	}
	return err
}

// sameFiles stops a post whose words were made from files that are not in force
// any more: it is made anew.
func (b *Bot) sameFiles(c outbox.Composed) *outbox.Stop {
	if c.Files == 0 || c.Files == b.set.Load().number { // 0: the same bytes again, they are fixed
		return nil
	}
	return &outbox.Stop{State: outbox.Planned, Reason: errStale.Error()}
}

// inForceAt loads the files of the revision in force; nil if there is none.
func inForceAt(ctx context.Context, db *store.DB, dir string) (*inForce, error) {
	number, packed, err := revision.Files(ctx, db.Read)
	if err != nil || packed == "" {
		return nil, err
	}
	raw, err := base64.StdEncoding.DecodeString(packed)
	if err != nil {
		return nil, fmt.Errorf("the files of revision %d can't be read: apply them again with “magpie apply”", number)
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, fmt.Errorf("the files of revision %d can't be read: apply them again with “magpie apply”", number)
	}
	set, err := workspace.LoadFS(z, dir, Kinds())
	if err != nil {
		return nil, fmt.Errorf("revision %d, which is in force, was made by another version of Magpie: apply the files again with “magpie apply”:\n%w", number, err)
	}
	return &inForce{set, number}, nil
}

// pack puts files into a zip.
func pack(files map[string][]byte) (string, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(files[name])
		}
		if err != nil {
			return "", err
		}
	}
	err := z.Close()
	return base64.StdEncoding.EncodeToString(b.Bytes()), err
}

// follow loads the revision in force, where another machine has applied a newer
// one.
func (b *Bot) follow(ctx context.Context) {
	if !b.DB.Postgres() || !b.reloading.TryLock() { // what is being put in force must not be taken back
		return
	}
	defer b.reloading.Unlock()
	n, err := b.Revision(ctx)
	if err != nil || n == b.set.Load().number {
		return // what is wrong with the database is said elsewhere
	}
	r, err := inForceAt(ctx, b.DB, b.Dir)
	if err != nil || r == nil {
		if ctx.Err() == nil {
			b.Log.WithError(err).Error("the files in force can't be loaded")
		}
		return
	}
	b.set.Store(r)
	b.adjustAll()
	b.lookAtBudgets(ctx)
	b.Log.WithField("revision", r.number).Info("new files are in force")
}
