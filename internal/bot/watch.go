package bot

import (
	"context"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"

	"magpie/internal/workspace"
)

// An edit is in force when the files were left alone for a stroke, at the latest
// after strokes. All are read anew every anew, whatever was seen: folders are
// swapped under another name, and not every disk tells of edits.
const (
	stroke, strokes = 300 * time.Millisecond, 2 * time.Second
	anew            = time.Minute
)

// edits tells whether an event is one of our files: the database, which may lie
// in the same folder, is written all the time.
func edits(dir string, e fsnotify.Event) bool {
	if !e.Has(fsnotify.Create | fsnotify.Write | fsnotify.Remove | fsnotify.Rename) {
		return false
	}
	in, err := filepath.Rel(dir, e.Name)
	return err != nil || filepath.Dir(in) != "." || filepath.Ext(in) == ".yaml" || slices.Contains(workspace.Folders, in)
}

// foldersMost is how many folders are watched; what lies beyond is read anew now and then.
const foldersMost = 1000

// watched are the workspace's folders with all below them.
func watched(dir string) []string {
	out := []string{dir}
	for _, folder := range workspace.Folders {
		_ = filepath.WalkDir(filepath.Join(dir, folder), func(path string, e fs.DirEntry, err error) error {
			if err == nil && e.IsDir() && len(out) < foldersMost {
				out = append(out, path)
			}
			return nil
		})
	}
	return out
}

// lookAt watches the folders that are there now. One that was there before under the
// same name is watched no longer.
func (b *Bot) lookAt(w *fsnotify.Watcher, before []string) []string {
	now := watched(b.Dir)
	for _, dir := range before {
		if !slices.Contains(now, dir) {
			_ = w.Remove(dir)
		}
	}
	for _, dir := range now {
		if err := w.Add(dir); err != nil && !slices.Contains(before, dir) {
			b.Log.WithField("folder", dir).WithError(err).Error("edits in this folder are not seen at once, but within a minute")
		}
	}
	return now
}

// watch applies edits of the files while the bot runs. A bad edit leaves the
// last good files in force and says what is wrong.
func (b *Bot) watch(ctx context.Context, r *Running) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		b.Log.WithError(err).Error("edits of the files are not seen at once, but within a minute")
		w = &fsnotify.Watcher{}
	} else {
		defer w.Close()
	}
	var folders []string
	look := func() {
		if w.Events != nil {
			folders = b.lookAt(w, folders) // before they are read: what is edited then is seen
		}
	}
	look()
	var first time.Time
	quiet := time.After(stroke) // what was edited while we started; after a while, for editors write in several strokes
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-w.Events:
			if !edits(b.Dir, e) {
				continue
			}
			if first.IsZero() {
				first = time.Now()
			}
			quiet = time.After(max(0, min(stroke, strokes-time.Since(first))))
		case err := <-w.Errors:
			b.Log.WithError(err).Warn("watching the files")
		case <-quiet:
			first, quiet = time.Time{}, time.After(anew)
			look()
			b.Reload(ctx, r)
		}
	}
}
