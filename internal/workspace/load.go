package workspace

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"magpie/internal/document"
	"magpie/internal/network"
	"magpie/internal/render"
	"magpie/internal/segment"
	"magpie/internal/suggest"
)

// Folders are the four that make a workspace.
var Folders = []string{"accounts", "campaigns", "templates", "schedules"}

const (
	offersFile   = "campaigns/offers.yaml"
	segmentsFile = "campaigns/segments.yaml"
	settingsFile = "magpie.yaml"
)

// loader reads the files and gathers what is wrong with them.
type loader struct {
	fs       fs.FS
	kinds    []network.Kind
	set      *Set
	docs     map[string]*document.Document // by file
	home     map[string]string             // kind/name → file
	problems []document.Problem
	sums     []string
	looks    map[string]looked // at pictures and videos, by path
	broken   map[string]bool   // templates of which a text can't be read
}

// Load reads the workspace in dir, and nothing that lies elsewhere. Its error is Problems.
func Load(dir string, kinds []network.Kind) (*Set, error) {
	set, _, err := Check(dir, kinds)
	return set, err
}

// Check is Load with the warnings, which there are beside mistakes, too.
func Check(dir string, kinds []network.Kind) (*Set, []document.Problem, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, document.Problems{document.InFile(dir, "the folder can't be read", "start a workspace with “magpie init FOLDER”")}
	}
	defer root.Close()
	set, warnings, err := load(root.FS(), dir, kinds)
	var p document.Problems
	_ = errors.As(err, &p) // nothing else comes
	for _, folder := range []string{"campaigns", "templates"} {
		if _, missing := fs.Stat(root.FS(), folder); errors.Is(missing, fs.ErrNotExist) { // as while a deploy swaps it
			p = append(p, document.InFile(folder, "the folder is missing", "make it again; it may be empty"))
		}
	}
	if len(p) > 0 {
		return nil, warnings, document.Sorted(p)
	}
	return set, warnings, nil
}

// LoadFS reads a workspace from wherever its files are kept. dir is where it
// is on this machine, for what is looked up there: secrets, the database.
func LoadFS(files fs.FS, dir string, kinds []network.Kind) (*Set, error) {
	set, _, err := load(files, dir, kinds)
	return set, err
}

func load(files fs.FS, dir string, kinds []network.Kind) (*Set, []document.Problem, error) {
	l := &loader{fs: files, kinds: kinds, docs: map[string]*document.Document{}, home: map[string]string{}, looks: map[string]looked{},
		set: &Set{Dir: dir, Files: map[string][]byte{}, sums: map[string][sha256.Size]byte{}, Accounts: map[string]*Account{},
			Campaigns: map[string]*Campaign{}, Schedules: map[string]*Schedule{},
			Offers: map[string]*Offer{}, Segments: map[string]*segment.Segment{}, Templates: map[string]*Template{}}}
	l.guard(".", l.readAll)
	l.guard(".", l.checkAll)
	for _, d := range l.docs {
		l.problems = append(l.problems, d.Problems...)
		l.set.Warnings = append(l.set.Warnings, d.Warnings...)
	}
	l.set.Warnings = document.Sorted(l.set.Warnings)
	if len(l.problems) > 0 {
		return nil, l.set.Warnings, document.Sorted(l.problems)
	}
	sum := sha256.Sum256([]byte(strings.Join(l.sums, "\n")))
	l.set.Hash = hex.EncodeToString(sum[:])
	return l.set, l.set.Warnings, nil
}

func (l *loader) readAll() {
	l.each("accounts", func(name, file string, b []byte) {
		a := &Account{Name: name, kinds: l.kinds}
		l.set.Accounts[name] = a
		l.keep("account", name, document.Read(file, b, a))
	})
	l.each("schedules", func(name, file string, b []byte) {
		s := &Schedule{Name: name}
		l.set.Schedules[name] = s
		l.keep("schedule", name, document.Read(file, b, s))
	})
	l.each("campaigns", l.readCampaign)
	l.readTemplates()
	l.strayAtTop()
	if _, err := fs.Lstat(l.fs, settingsFile); !errors.Is(err, fs.ErrNotExist) {
		b, _ := l.bytes(settingsFile)
		l.keep("settings", "", document.Read(settingsFile, b, &l.set.Settings))
	}
	if len(l.set.Accounts) == 0 {
		l.problems = append(l.problems, document.InFile("accounts", "there is no account file", "start a workspace with “magpie init FOLDER”"))
	}
}

func (l *loader) readCampaign(name, file string, b []byte) {
	switch file {
	case offersFile:
		d := document.Read(file, b, &l.set.Offers)
		for n, o := range l.set.Offers {
			if o == nil {
				d.AddKey(n, "the offer is empty", "")
				delete(l.set.Offers, n)
				continue
			}
			o.Name = n
		}
		l.keep("offers", "", d)
	case segmentsFile:
		l.readSegments(file, b)
	default:
		c := &Campaign{Name: name}
		l.set.Campaigns[name] = c
		d := document.Read(file, b, c)
		for _, s := range c.Steps {
			s.Campaign = c
		}
		l.keep("campaign", name, d)
	}
}

func (l *loader) readSegments(file string, b []byte) {
	sources := map[string]*string{}
	d := document.Read(file, b, &sources)
	r := segments{l: l, d: d, sources: sources}
	for name := range sources {
		_, _ = r.compile(name, nil) // said
	}
	l.keep("segments", "", d)
}

// segments are those of a file, which may name each other.
type segments struct {
	l       *loader
	d       *document.Document
	sources map[string]*string
}

// compile reads one, and those that it names first. path are those that name it.
func (r *segments) compile(name string, path []string) (*segment.Segment, error) {
	source, there := r.sources[name]
	if !there {
		text, hint := unknown("segment", name, r.sources)
		return nil, fmt.Errorf("%s (%s)", text, hint)
	}
	path = append(slices.Clone(path), name)
	if i := slices.Index(path, name); i < len(path)-1 {
		return nil, errors.New("segments name each other in a circle: " + strings.Join(path[i:], " → "))
	}
	if s, done := r.l.set.Segments[name]; done {
		return s, nil
	}
	var s *segment.Segment
	switch {
	case source == nil:
		r.d.AddKey(name, "the segment is empty", "")
	case *source != "": // else it was no text, and that was said
		var err error
		s, err = segment.CompileWith(*source, func(other string) (*segment.Segment, error) { return r.compile(other, path) })
		if err != nil {
			r.d.Add(name, err.Error(), "")
		}
	}
	r.l.set.Segments[name] = s // nil: known, though wrong
	return s, nil
}

// each hands over every YAML file of a folder, by its name without ending.
func (l *loader) each(folder string, use func(name, file string, b []byte)) {
	first := map[string]string{}
	for _, file := range l.files(folder) {
		ext := path.Ext(file)
		if ext != ".yaml" && ext != ".yml" {
			l.stray(file)
			continue
		}
		name := strings.TrimSuffix(path.Base(file), ext)
		key := cases.Fold().String(norm.NFKC.String(name))
		if first[key] != "" {
			l.problems = append(l.problems, document.InFile(file,
				fmt.Sprintf("the %s %q has two files", strings.TrimSuffix(folder, "s"), name), "see "+first[key]))
			continue
		}
		first[key] = file
		if b, ok := l.bytes(file); ok {
			l.guard(file, func() { use(name, file, b) })
		}
	}
}

// guard makes a fault of ours a mistake of the file that it comes up with: it must keep
// neither a running bot nor one that starts from its work.
func (l *loader) guard(file string, do func()) {
	defer func() {
		if r := recover(); r != nil {
			l.problems = append(l.problems, document.InFile(file, "Magpie can't read this, which is a fault of Magpie's",
				"take out what was written last, and report it with the file"))
		}
	}()
	do()
}

func (l *loader) files(folder string) (out []string) {
	entries, err := fs.ReadDir(l.fs, folder)
	if _, missing := fs.Lstat(l.fs, folder); err != nil && !errors.Is(missing, fs.ErrNotExist) {
		l.unread(folder, err)
	}
	for _, e := range entries {
		switch {
		case strings.HasPrefix(e.Name(), "."):
		case e.IsDir():
			l.strayFolder(folder + "/" + e.Name())
		default:
			out = append(out, folder+"/"+e.Name())
		}
	}
	return out
}

func (l *loader) bytes(file string) ([]byte, bool) {
	b, err := document.ReadFile(l.fs, file, document.TextMost)
	if err != nil {
		l.unread(file, err)
		return nil, false
	}
	l.sum(file, b)
	return b, true
}

// unread notes that a file or folder was not read.
func (l *loader) unread(name string, err error) {
	text, hint := document.WhyUnread(err)
	l.problems = append(l.problems, document.InFile(name, "it "+text, hint))
}

func (l *loader) sum(file string, b []byte) {
	s := sha256.Sum256(b)
	l.set.Files[file], l.set.sums[file] = b, s
	l.sums = append(l.sums, file+" "+hex.EncodeToString(s[:]))
}

func (l *loader) keep(kind, name string, d *document.Document) {
	l.docs[d.File] = d
	l.home[kind+"/"+name] = d.File
}

// doc returns the document that a thing was read from.
func (l *loader) doc(kind, name string) *document.Document {
	if d := l.docs[l.home[kind+"/"+name]]; d != nil {
		return d
	}
	return &document.Document{} // its problems show nowhere: there is no such file
}

var templateName = regexp.MustCompile(`^(.+?)\.([a-z]{2,3}(?:-[A-Za-z0-9]+)*)(?:\.([A-Za-z0-9-]+))?\.tmpl$`)

// copied are the names that programs give to copies: those of Syncthing, editors and backups.
var copied = regexp.MustCompile(`(?i)^(?:sync-conflict.*|.*conflict.*|bak|backup|orig|old|copy|tmp|temp|swp|new|save|rej|\d{8,})$`)

// lowerLanguage is a template's file with its language in small letters.
func lowerLanguage(file string) string {
	parts := strings.Split(file, ".")
	for i := 1; i < len(parts)-1; i++ {
		if len(parts[i]) <= 3 {
			parts[i] = strings.ToLower(parts[i])
			break
		}
	}
	return strings.Join(parts, ".")
}

func (l *loader) readTemplates() {
	first := map[string]string{}
	for _, file := range l.files("templates") {
		key := cases.Fold().String(norm.NFKC.String(file))
		if other := first[key]; other != "" && strings.HasSuffix(file, ".tmpl") {
			l.problems = append(l.problems, document.InFile(file, "the name differs from "+other+" by capitals or width alone",
				"on many machines both are one file: keep one of them"))
			continue
		}
		first[key] = file
		if !strings.HasSuffix(file, ".tmpl") {
			l.stray(file)
			continue
		}
		m := templateName.FindStringSubmatch(path.Base(file))
		if m != nil && copied.MatchString(m[3]) {
			l.problems = append(l.problems, document.InFile(file, fmt.Sprintf("this looks like a copy (“%s”), and would go out as a variant of %s",
				m[3], m[1]),
				"take the file away, or call the variant b, c or short"))
			continue
		}
		if m == nil && templateName.MatchString(strings.ToLower(path.Base(file))) {
			l.problems = append(l.problems, document.InFile(file, "the language in the file's name has capitals",
				"name it "+path.Base(lowerLanguage(file))))
			continue
		}
		if m == nil {
			l.problems = append(l.problems, document.InFile(file, "the language is missing in the file's name",
				"name it NAME.LANGUAGE.tmpl or NAME.LANGUAGE.VARIANT.tmpl, for example hello.en.tmpl"))
			continue
		}
		b, ok := l.bytes(file)
		if !ok {
			continue
		}
		l.warnLanguage(&document.Document{File: file}, "", m[2])
		if l.set.Templates[m[1]] == nil {
			l.set.Templates[m[1]] = &Template{Name: m[1]}
		}
		l.guard(file, func() { l.template(file, b, m) })
	}
}

// template reads one whose name has the parts m.
func (l *loader) template(file string, b []byte, m []string) {
	b, p := document.Text(file, b)
	if p != nil {
		l.problems = append(l.problems, *p)
		return
	}
	tmpl, err := render.Parse(strings.ReplaceAll(string(b), "\r\n", "\n"))
	if err != nil {
		if l.broken == nil {
			l.broken = map[string]bool{}
		}
		l.broken[m[1]] = true
		l.mistakes(file, err)
		return
	}
	t := l.set.Templates[m[1]]
	t.Texts = append(t.Texts, Text{File: file, Language: m[2], Variant: m[3], Template: tmpl})
}

func (l *loader) mistakes(file string, err error) {
	var all render.Mistakes
	if !errors.As(err, &all) {
		all = render.Mistakes{{Line: 1, Column: 1, Text: err.Error()}}
	}
	for _, m := range all {
		l.problems = append(l.problems, document.Problem{File: file, Line: m.Line, Column: m.Column, Text: m.Text, Hint: m.Hint})
	}
}

// unknown is a reference to a thing that is not there.
func unknown[T any](noun, name string, all map[string]T) (text, hint string) {
	if _, sign := document.Typed(name); sign != "" {
		return fmt.Sprintf("no %s %q", noun, name), sign
	}
	return fmt.Sprintf("no %s %q", noun, name), suggest.Hint(name, slices.Collect(maps.Keys(all)))
}

func mainLanguage(l string) string {
	main, _, _ := strings.Cut(l, "-")
	return main
}

// Picture is the content of a step's picture.
func (s *Set) Picture(i *Image) []byte { return s.Files[i.path()] }

func (i *Image) path() string { return path.Join("campaigns", filepath.ToSlash(i.File)) }
