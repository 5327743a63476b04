package workspace

import (
	"bytes"
	"encoding/gob"
	"os"
	"path/filepath"
	"time"
)

// fitForm changes when pictures are made otherwise, so that old ones are not used.
const fitForm = 1

// cacheLife is how long a picture that was made to fit is kept for later processes.
const cacheLife = 30 * 24 * time.Hour

// cached is where a picture that was made to fit is kept; "" if there is no place.
func cached(key string) string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "magpie", "pictures", key)
}

// fromCache is a picture that another process has made. One that can't be read is
// made again.
func fromCache(key string) (f Fitting, ok bool) {
	b, err := os.ReadFile(cached(key))
	if err != nil || gob.NewDecoder(bytes.NewReader(b)).Decode(&f) != nil || len(f.Data) == 0 {
		return Fitting{}, false
	}
	return f, true
}

// toCache keeps a picture for later processes, as far as there is room, and drops
// those that are old.
func toCache(key string, f Fitting) {
	path := cached(key)
	if path == "" || os.MkdirAll(filepath.Dir(path), 0o700) != nil {
		return
	}
	var b bytes.Buffer
	if gob.NewEncoder(&b).Encode(f) != nil {
		return
	}
	draft, err := os.CreateTemp(filepath.Dir(path), "draft-*")
	if err != nil {
		return
	}
	_, err = draft.Write(b.Bytes())
	if draft.Close() != nil || err != nil || os.Rename(draft.Name(), path) != nil {
		_ = os.Remove(draft.Name())
	}
	dropOld(filepath.Dir(path), time.Now().Add(-cacheLife))
}

func dropOld(dir string, before time.Time) {
	all, _ := os.ReadDir(dir)
	for _, e := range all {
		if i, err := e.Info(); err == nil && i.ModTime().Before(before) {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}
