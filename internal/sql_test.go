package internal_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// statement is SQL as it stands in a source file. A part that is not known
// before the program runs is a tilde.
type statement struct {
	at   string
	text string
}

var (
	looksLikeSQL = regexp.MustCompile(`\$\d|\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b.*\b(FROM|INTO|SET|VALUES|WHERE)\b`)
	placeholder  = regexp.MustCompile(`\$(\d+)`)
	likes        = regexp.MustCompile(`(?i)(\S+)\s+(?:NOT\s+)?LIKE\b`)
)

// statements are those of all packages, and of the program itself.
func statements(t *testing.T) (out []statement) {
	t.Helper()
	for _, root := range []string{".", "../cmd"} {
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if path == "whole/kit" { // it is the tests' own
				return fs.SkipDir
			}
			if err != nil || e.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				e, ok := n.(ast.Expr)
				if !ok {
					return true
				}
				text, isText := flat(e)
				if isText && looksLikeSQL.MatchString(text) {
					out = append(out, statement{set.Position(e.Pos()).String(), text})
				}
				return !isText
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// flat is a text, or a sum of texts and other things.
func flat(e ast.Expr) (text string, isText bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			s, err := strconv.Unquote(e.Value)
			return s, err == nil
		}
	case *ast.ParenExpr:
		return flat(e.X)
	case *ast.BinaryExpr:
		a, isA := flat(e.X)
		b, isB := flat(e.Y)
		if e.Op != token.ADD || !isA && !isB {
			return "", false
		}
		return orTilde(a, isA) + orTilde(b, isB), true
	}
	return "", false
}

func orTilde(s string, known bool) string {
	if known {
		return s
	}
	return "~"
}

// numbered says what is wrong with the order of placeholders. mattn's driver
// takes them in the order of first use, whatever their numbers say.
func numbered(text string) string {
	highest, open := 0, false
	rest := text
	for {
		m := placeholder.FindStringSubmatchIndex(rest)
		if m == nil {
			return ""
		}
		open = open || strings.Contains(rest[:m[0]], "~") || strings.Contains(rest[:m[0]], "%s")
		n, _ := strconv.Atoi(rest[m[2]:m[3]])
		switch {
		case n <= highest:
		case n == highest+1 || open:
			highest = n
		default:
			return fmt.Sprintf("$%d comes after $%d", n, highest)
		}
		rest = rest[m[1]:]
	}
}

// TestPlaceholders holds what engine.md, section 7, warns of. A number may come
// again; it must never be new out of turn.
func TestPlaceholders(t *testing.T) {
	all := statements(t)
	if len(all) < 100 {
		t.Fatalf("only %d statements were found: the lint is blind", len(all))
	}
	for _, s := range all {
		if why := numbered(s.text); why != "" {
			t.Errorf("%s: %s: mattn would swap the arguments silently\n%s", s.at, why, s.text)
		}
		whole := regexp.MustCompile(`^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)`).MatchString(s.text) // moves.Move numbers those of its parts
		if whole && regexp.MustCompile(`[=(,]\s*\?`).MatchString(s.text) {
			t.Errorf("%s: a question mark for an argument: Postgres knows only $1", s.at)
		}
	}
}

// alwaysLower are columns that hold small letters only.
var alwaysLower = []string{"id", "key", "h.handle"}

// TestLike: SQLite's LIKE is blind to case and Postgres' is not.
func TestLike(t *testing.T) {
	for _, s := range statements(t) {
		for _, m := range likes.FindAllStringSubmatch(s.text, -1) {
			left := strings.ToLower(m[1])
			ok := strings.HasPrefix(left, "lower(")
			for _, c := range alwaysLower {
				ok = ok || left == c
			}
			if !ok {
				t.Errorf("%s: %s LIKE: write lower(…) LIKE", s.at, m[1])
			}
		}
	}
}

// TestOneSQL: nothing that only one of the two databases knows. json_each of an argument that store.Each made, and ->>, both do.
func TestOneSQL(t *testing.T) {
	only := regexp.MustCompile(`(?i)\b(INSERT OR (REPLACE|IGNORE)|REPLACE INTO|GLOB|IFNULL|datetime\(|json_each\([^$?]|json_array_elements|json_extract|FOR UPDATE|ILIKE|NOW\(\)|AUTOINCREMENT|group_concat)\b`)
	for _, s := range statements(t) {
		if w := only.FindString(s.text); w != "" {
			t.Errorf("%s: %s is of one database only", s.at, w)
		}
	}
}

// TestLint proves that the lint sees.
func TestLint(t *testing.T) {
	for text, bad := range map[string]bool{
		"a = $1 AND b = $2": false, "a = $2 AND b = $1": true, "a = $1 AND b = $1 AND c = $2": false, "a = $1, $3": true,
		"~ WHERE id = $7": false, "a = $2": true,
	} {
		if got := numbered(text) != ""; got != bad {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// TestMainSetsUTC: the job engine compares times as text, so a snooze would be
// hours off wherever the machine's zone is not UTC.
func TestMainSetsUTC(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../cmd/magpie/main.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Name.Name != "main" || len(f.Body.List) == 0 {
			continue
		}
		a, ok := f.Body.List[0].(*ast.AssignStmt)
		if ok && dotted(a.Lhs[0]) == "time.Local" && dotted(a.Rhs[0]) == "time.UTC" {
			return
		}
	}
	t.Error("main does not begin with time.Local = time.UTC")
}

func dotted(e ast.Expr) string {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	x, ok := s.X.(*ast.Ident)
	if !ok {
		return ""
	}
	return x.Name + "." + s.Sel.Name
}

// TestStatesChangeByTheirTables: no statement sets the state of a post, a mention or a code
// but those that the tables of moves build.
func TestStatesChangeByTheirTables(t *testing.T) {
	sets := regexp.MustCompile(`(?s)UPDATE (posts|mentions|coupons|redemptions|orders) SET(.*?)(WHERE|$)`)
	state := regexp.MustCompile(`\bstate\s*=`)
	for _, s := range statements(t) {
		for _, m := range sets.FindAllStringSubmatch(s.text, -1) {
			if state.MatchString(m[2]) {
				t.Errorf("%s: sets a state by hand: make a move of the ledger's\n%s", s.at, s.text)
			}
		}
	}
}
