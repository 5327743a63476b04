package kit

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Unusable runs commands on a database that can't be used: each ends with 5 and
// one line that has these words and says what to do, and changes nothing.
func (s *Shop) Unusable(place string, state func() string, words ...string) {
	s.T.Helper()
	before, began := s.folder()+state(), time.Now()
	var all []*Process
	for _, args := range [][]string{
		{"run", "--listen", "off", "--sandbox-url", s.Net.URL()}, {"run", "--once", "--sandbox-url", s.Net.URL()}, {"doctor"},
		{"outbox", "list"}, {"pause", "all"}, {"apply"},
	} {
		all = append(all, s.Command(nil, append([]string{"--database", place}, args...)...))
	}
	for _, p := range all {
		code, said, args := p.Ended(), p.Log.String(), p.Cmd.Args[5:]
		if code != 5 || !Contains(said, words...) {
			s.T.Errorf("%v ends with %d, and not with 5 and %q: %s", args, code, words, said)
		}
		if strings.Count(said, "\n") != 1 || !strings.HasPrefix(said, "magpie: ") {
			s.T.Errorf("%v says more than a line: %s", args, said)
		}
		if found := Jargon.FindString(said); found != "" || strings.Contains(said, "hunter2") {
			s.T.Errorf("%v: not for everybody's eyes: %q in %s", args, found, said)
		}
		if s.T.Failed() {
			break // the others say the same
		}
	}
	if took := time.Since(began); took > 25*time.Second {
		s.T.Errorf("that took %s", took)
	}
	if after := s.folder() + state(); after != before {
		s.T.Errorf("something was changed: before\n%safter\n%s", before, after)
	}
	for _, m := range commandRule.FindAllStringSubmatch(strings.Join(words, " "), -1) {
		if said, code := s.Magpie(append(strings.Fields(m[1]), "--help")...); code != 0 || !strings.Contains(said, "magpie "+m[1]) {
			s.T.Errorf("it says “magpie %s”, and that is no command (%d)", m[1], code)
		}
	}
}

var commandRule = regexp.MustCompile(`“magpie ([a-z ]+)”`)

// folder is what lies in the workspace, with sums.
func (s *Shop) folder() string {
	s.T.Helper()
	var all strings.Builder
	err := filepath.WalkDir(s.Dir, func(path string, d fs.DirEntry, err error) error {
		// that is for content to tell
		if err != nil || d.IsDir() || strings.HasPrefix(filepath.Base(path), "magpie.db") && !strings.HasSuffix(path, ".key") {
			return err
		}
		b, err := os.ReadFile(path)
		fmt.Fprintf(&all, "%x %s\n", sha256.Sum256(b), path)
		return err
	})
	if err != nil {
		s.T.Fatal(err)
	}
	return all.String()
}

// Content is what is in the database, and how much.
func (s *Shop) Content() string {
	s.T.Helper()
	var all strings.Builder
	for _, r := range s.Read(`SELECT name, sql FROM sqlite_master ORDER BY name`) {
		fmt.Fprintln(&all, r["name"], r["sql"])
		if strings.HasPrefix(r["sql"], "CREATE TABLE") {
			fmt.Fprintln(&all, s.Count(`SELECT count(*) FROM `+r["name"]))
		}
	}
	return all.String()
}
