package revision

import (
	"context"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/sirupsen/logrus"

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

// watcher watches the folder of a workspace.
type watcher struct {
	dir     string
	log     *logrus.Entry
	folders []string // those that are watched
}

// lookAt watches the folders that are there now. One that was there before under the
// same name is watched no longer.
func (x *watcher) lookAt(w *fsnotify.Watcher) {
	now := watched(x.dir)
	for _, dir := range x.folders {
		if !slices.Contains(now, dir) {
			_ = w.Remove(dir)
		}
	}
	for _, dir := range now {
		if err := w.Add(dir); err != nil && !slices.Contains(x.folders, dir) {
			x.log.WithField("folder", dir).WithError(err).Error("edits in this folder are not seen at once, but within a minute")
		}
	}
	x.folders = now
}

// Watch calls edited when the files of a workspace were edited, and now and then, until ctx ends.
func Watch(ctx context.Context, dir string, log *logrus.Entry, edited func()) {
	x := &watcher{dir: dir, log: log}
	w, err := fsnotify.NewWatcher()
	if err != nil {
		log.WithError(err).Error("edits of the files are not seen at once, but within a minute")
		w = &fsnotify.Watcher{}
	} else {
		defer w.Close()
		x.lookAt(w)
	}
	var first time.Time
	quiet := time.After(stroke) // what was edited while we started; after a while, for editors write in several strokes
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-w.Events:
			if !edits(dir, e) {
				continue
			}
			if first.IsZero() {
				first = time.Now()
			}
			quiet = time.After(max(0, min(stroke, strokes-time.Since(first))))
		case err := <-w.Errors:
			log.WithError(err).Warn("watching the files")
		case <-quiet:
			first, quiet = time.Time{}, time.After(anew)
			if w.Events != nil {
				x.lookAt(w) // before they are read: what is edited then is seen
			}
			edited()
		}
	}
}
