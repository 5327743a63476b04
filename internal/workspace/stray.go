package workspace

import (
	"errors"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"magpie/internal/document"
	"magpie/internal/suggest"
)

var (
	// leftBehind is what editors, systems and programs that join versions leave behind.
	leftBehind = regexp.MustCompile(`(?i)(~|\.(bak|orig|rej|swp|tmp|old)|^(thumbs\.db|desktop\.ini|4913))$`)
	// ours is what a file of ours is called, with something behind it or in other letters.
	ours = regexp.MustCompile(`(?i)\.(ya?ml|tmpl)(\.\w+)?$`)
	// tongue is a template's name with the ending of a text.
	tongue = regexp.MustCompile(`(?i)\.[a-z]{2,3}(-[a-z0-9]+)*\.(txt|md)$`)
)

// stray tells of a file that looks like one of ours and is not read.
func (l *loader) stray(file string) {
	name := path.Base(file)
	if leftBehind.MatchString(name) {
		return
	}
	want := "NAME.yaml"
	if strings.HasPrefix(file, "templates/") {
		want = "NAME.LANGUAGE.tmpl"
	}
	if ours.MatchString(name) || strings.HasPrefix(file, "templates/") && tongue.MatchString(name) {
		l.notRead(file, "the file is not read, because of the ending of its name", "call it "+want+", or move it elsewhere")
	}
}

// strayFolder tells of a folder that holds files of ours, which are not read there.
func (l *loader) strayFolder(folder string) {
	if ours.MatchString(folder) {
		l.notRead(folder, "this is a folder, not a file, and nothing in it is read", "give the file in it this name, in the folder above")
		return
	}
	entries, err := fs.ReadDir(l.fs, folder)
	if err != nil {
		return
	}
	if slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		return !e.IsDir() && ours.MatchString(e.Name()) && !leftBehind.MatchString(e.Name())
	}) {
		l.notRead(folder, "the files in this folder are not read", "move them into "+path.Dir(folder)+"/")
	}
}

// strayAtTop tells of files of ours that lie beside the folders, not in them.
func (l *loader) strayAtTop() {
	entries, err := fs.ReadDir(l.fs, ".")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return
	}
	for _, e := range entries {
		near := suggest.For(e.Name(), Folders)
		if e.IsDir() && near != "" && !slices.Contains(Folders, e.Name()) && !strings.HasPrefix(e.Name(), ".") {
			l.notRead(e.Name(), "nothing in this folder is read", "did you mean "+near+"?")
			continue
		}
		if strings.EqualFold(e.Name(), "magpie.yml") || strings.EqualFold(e.Name(), settingsFile) && e.Name() != settingsFile {
			l.notRead(e.Name(), "the settings are not read from this file", "call it "+settingsFile)
			continue
		}
		if name := e.Name(); !e.IsDir() && name != settingsFile && !strings.HasPrefix(name, ".") && ours.MatchString(name) &&
			!leftBehind.MatchString(name) && l.meant(name) {
			l.notRead(name, "the file is not read here", "move it into accounts/, campaigns/, schedules/ or templates/")
		}
	}
}

// known is a key that files of ours begin with; other programs have YAML files, too.
var known = regexp.MustCompile(`(?m)^(steps|network|cron)[ \t]*:`)

// meant tells whether a file at the top is one of ours.
func (l *loader) meant(name string) bool {
	if strings.HasSuffix(name, ".tmpl") {
		return true
	}
	b, err := document.ReadFile(l.fs, name, document.TextMost)
	return err == nil && (known.Match(b) || slices.Contains([]string{path.Base(offersFile), path.Base(segmentsFile)}, name))
}

func (l *loader) notRead(file, text, hint string) {
	l.set.Warnings = append(l.set.Warnings, document.InFile(file, text, hint))
}
