package workspace

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/singleflight"

	"magpie/internal/document"
	"magpie/internal/media"
)

// attached is a file of a step, with the key it stands under.
type attached struct {
	*Image
	key  string
	kind media.Kind
}

func (s *Step) attached() (all []attached) {
	if s.Image != nil {
		all = append(all, attached{s.Image, "image", media.Picture})
	}
	for n, i := range s.Images {
		if i != nil {
			all = append(all, attached{i, index("images", n), media.Picture})
		}
	}
	if s.GIF != nil {
		all = append(all, attached{s.GIF, "gif", media.GIF})
	}
	if s.Video != nil {
		all = append(all, attached{s.Video, "video", media.Video})
	}
	return all
}

// Media are the files of a step, in their order.
func (s *Step) Media() (all []*Image) {
	for _, a := range s.attached() {
		all = append(all, a.Image)
	}
	return all
}

// checkMedia opens each file, and tries it for each account of the step.
func (l *loader) checkMedia(d *document.Document, s *Step, path string) {
	for n, i := range s.Images {
		if i == nil {
			d.Add(document.Join(path, index("images", n)), "there is no file here", "write {file: images/NAME.png, alt: …}, or remove the line")
		}
	}
	all := s.attached()
	var infos []media.Info
	for _, a := range all {
		at := document.Join(path, a.key)
		if a.Alt != "" && strings.TrimSpace(a.Alt) == "" {
			d.Add(at+".alt", "the alternative text is empty", "say what it shows, for those who can't see it")
		}
		if i, ok := l.lookAt(d, a, at); ok {
			infos = append(infos, i)
		}
	}
	if len(all) == 0 || len(infos) < len(all) {
		return
	}
	for _, name := range s.Accounts {
		if a := l.set.Accounts[name]; a != nil && a.Kind.Name != "" {
			l.checkMediaOn(spot{d, path}, s, a, all, infos)
		}
	}
}

// looked is what a file of pictures is, which many campaigns may share.
type looked struct {
	info media.Info
	err  error
}

// lookAt reads a file and looks what it is, once for all that show it.
func (l *loader) lookAt(d *document.Document, a attached, at string) (i media.Info, ok bool) {
	if a.File == "" {
		return i, false
	}
	if !filepath.IsLocal(filepath.FromSlash(a.File)) {
		d.Add(at+".file", fmt.Sprintf("the file %q is outside campaigns/", a.File), "")
		return i, false
	}
	seen, ok := l.looks[a.path()]
	if !ok {
		b, err := document.ReadFile(l.fs, a.path(), document.MediaMost)
		if errors.Is(err, fs.ErrNotExist) {
			d.Add(at+".file", fmt.Sprintf("there is no file campaigns/%s", a.File), "paths are relative to the folder campaigns")
			return i, false
		}
		if err != nil {
			text, hint := document.WhyUnread(err)
			d.Add(at+".file", fmt.Sprintf("campaigns/%s %s", a.File, text), hint)
			return i, false
		}
		l.sum(a.path(), b)
		seen.info, seen.err = media.Look(a.path(), b)
		l.looks[a.path()] = seen
	}
	i, err := seen.info, seen.err
	if err == nil {
		err = i.As(a.kind)
	}
	if err != nil {
		addMedia(d, at+".file", "", err)
		return i, false
	}
	for _, n := range i.Notes {
		l.set.Warnings = append(l.set.Warnings, d.Problem(at+".file", i.Name+" "+n, ""))
	}
	return i, true
}

func (l *loader) checkMediaOn(at spot, s *Step, a *Account, all []attached, infos []media.Info) {
	d, path := at.d, at.path
	rules, what, most := a.Kind.Limits.Media, "a message to a person", a.Kind.Limits.FilesDirect
	if s.Mention != nil {
		what, most = "an answer", a.Kind.Limits.FilesAnswer
	}
	if (s.To != nil || s.Mention != nil) && len(all) > most {
		takes := "no picture"
		if most > 0 {
			takes = fmt.Sprintf("%d picture", most)
		}
		d.Add(document.Join(path, all[0].key), fmt.Sprintf("%s on %s takes %s", what, rules.Who, takes), "remove it, or post in public")
		return
	}
	if err := rules.Together(infos); err != nil {
		n := max(slices.IndexFunc(infos, func(i media.Info) bool {
			var p *media.Problem
			return errors.As(err, &p) && p.File == i.Name
		}), 0)
		addMedia(d, document.Join(path, all[n].key)+".file", a.Name, err)
		return
	}
	for _, x := range all {
		if n := len([]rune(x.Alt)); a.Kind.Limits.Alt > 0 && n > a.Kind.Limits.Alt {
			d.Add(document.Join(path, x.key)+".alt", fmt.Sprintf("the alternative text is longer than the %d characters of %s", a.Kind.Limits.Alt,
				a.Network), "")
		}
		f, err := Fitted(l.set, x.Image, rules)
		if err != nil {
			addMedia(d, document.Join(path, x.key)+".file", a.Name, err)
		} else if f.Note != "" {
			l.set.Warnings = append(l.set.Warnings, d.Problem(document.Join(path, x.key)+".file", a.Name+": "+x.File+" "+f.Note, ""))
		}
	}
}

// Fitting is a file of the set as a network takes it.
type Fitting struct {
	Data []byte
	Type string // MIME type
	Note string // what a person should know, in words that follow the file's name
}

// fits are those that were made, by the sum of content and rules. making lets one
// be made at a time, for each takes much memory.
var (
	fits = struct {
		sync.Mutex
		made  map[string]Fitting
		bytes int
	}{made: map[string]Fitting{}}
	once   singleflight.Group
	making = make(chan struct{}, 1)
)

// fitsMost is how much of them is kept in memory, in bytes.
const fitsMost = 64 << 20

// Fitted is a file of the set as a network takes it. Each is made once: it is kept
// in memory, and for later processes in the user's cache folder.
func Fitted(set *Set, i *Image, rules media.Rules) (Fitting, error) {
	source := set.Picture(i)
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %x %s %v", fitForm, set.sums[i.path()], i.path(), rules))
	key := hex.EncodeToString(sum[:])
	fits.Lock()
	f, ok := fits.made[key]
	fits.Unlock()
	if ok {
		return f, nil
	}
	v, err, _ := once.Do(key, func() (any, error) {
		f, ok := fromCache(key)
		if !ok {
			making <- struct{}{}
			defer func() { <-making }()
			var err error
			if f.Data, f.Type, f.Note, err = media.Fit(i.path(), source, rules); err != nil {
				return f, err
			}
			if !bytes.Equal(f.Data, source) {
				toCache(key, f)
			}
		}
		f.keep(key)
		return f, nil
	})
	return v.(Fitting), err //nolint:forcetypeassert // nothing else is made
}

func (f Fitting) keep(key string) {
	fits.Lock()
	defer fits.Unlock()
	if fits.bytes += len(f.Data); fits.bytes > fitsMost {
		clear(fits.made)
		fits.bytes = len(f.Data)
	}
	fits.made[key] = f
}

// addMedia says what is wrong with a picture or video, and for which account.
func addMedia(d *document.Document, at, account string, err error) {
	text, hint := err.Error(), ""
	var p *media.Problem
	if errors.As(err, &p) {
		text, hint = p.File+" "+p.Text, p.Hint
	}
	if account != "" {
		text = account + ": " + text
	}
	d.Add(at, text, hint)
}
