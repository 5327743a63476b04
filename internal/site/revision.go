package site

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

	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/revision"
	"magpie/internal/store"
	"magpie/internal/workspace"
)

// InForce is a set of files in force. Its number is 0 while it has none.
type InForce struct {
	*workspace.Set
	Number int64
}

// ErrStale means that the files in hand are not those in force any more.
var ErrStale = errors.New("the files have changed meanwhile")

// NoteRevision numbers the files in hand and puts them in force, for all
// machines.
func (s *Site) NoteRevision(ctx context.Context) error {
	set := s.Set()
	packed, err := "", error(nil)
	if s.DB.Postgres() || sizeOf(set.Files) <= packMost { // for the other machines, and for commands while the files have mistakes
		if packed, err = pack(set.Files); err != nil {
			return err
		}
	}
	var number int64
	err = s.Write(ctx, func(tx *sql.Tx) error {
		number, err = revision.Put(ctx, tx, set.Hash, packed, s.Clock())
		return err
	})
	if err == nil {
		s.Use(&InForce{set, number})
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
func (s *Site) Revision(ctx context.Context) (n int64, err error) {
	return revision.InForce(ctx, s.DB.Read)
}

// InStep fails with errStale where several machines work and the files in hand
// are not those in force.
func (s *Site) InStep(ctx context.Context, tx *sql.Tx) error {
	r := s.Files()
	if !s.DB.Postgres() || r.Number == 0 {
		return nil
	}
	n, err := revision.InForce(ctx, tx)
	if err == nil && n != r.Number {
		return ErrStale
	}
	return err
}

// SameFiles stops a post whose words were made from files that are not in force
// any more: it is made anew.
func (s *Site) SameFiles(c outbox.Composed) *outbox.Stop {
	if c.Files == 0 || c.Files == s.Files().Number { // 0: the same bytes again, they are fixed
		return nil
	}
	return &outbox.Stop{State: outbox.Planned, Reason: ErrStale.Error()}
}

// InForceAt loads the files of the revision in force; nil if there is none.
func InForceAt(ctx context.Context, db *store.DB, dir string, kinds []network.Kind) (*InForce, error) {
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
	set, err := workspace.LoadFS(z, dir, kinds)
	if err != nil {
		return nil, fmt.Errorf("revision %d, which is in force, was made by another version of Magpie: apply the files again "+
			"with “magpie apply”:\n%w", number, err)
	}
	return &InForce{set, number}, nil
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
