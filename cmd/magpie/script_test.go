package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"magpie/internal/sandbox"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"magpie": main})
}

// The scripts are the command line's test: what each command prints, and how
// it ends.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("USER", "mia")
			e.Setenv("LONG", strings.Repeat("0123456789", 60))
			e.Values["network"] = &struct{ *sandbox.Server }{}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"ends": ends, "sandbox": startSandbox, "say": say, "network": onNetwork, "dates": dates, "pick": pick, "json": parses, "many": many,
			"pickcode": pickCode, "shop": shop,
		},
	})
}

// ends CODE COMMAND...: the command ends with this exit code, and says nothing
// that only a programmer understands.
func ends(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: ends CODE COMMAND...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	said := ts.ReadFile("stdout") + ts.ReadFile("stderr")
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("it ended with %d, not %s", code, args[0])
	}
	if found := jargon.FindString(said); found != "" {
		ts.Fatalf("it speaks to programmers: %q", found)
	}
}

// jargon is Go, SQL, and the words of the flag package.
var jargon = regexp.MustCompile(`goroutine \d|\.go:\d|panic|\*?(workspace|outbox|coupon|people|network|bot|sql|cli|errors)\.[A-Z]\w+|(SELECT|INSERT|UPDATE|DELETE) |constraint failed|no such table|` +
	`Incorrect Usage|flag provided|parse error|strconv|json:|%!|<nil>|Required flag|secret-[a-z]+`)

// server is the script's sandbox.
func server(ts *testscript.TestScript) *sandbox.Server {
	s := ts.Value("network").(*struct{ *sandbox.Server }).Server
	if s == nil {
		ts.Fatalf("no sandbox runs: sandbox ACCOUNT...")
	}
	return s
}

// startSandbox ACCOUNT... starts one, whose address is in $SANDBOX.
func startSandbox(ts *testscript.TestScript, _ bool, args []string) {
	o := sandbox.Options{Quiet: true}
	for _, name := range args {
		o.Accounts = append(o.Accounts, sandbox.Account{Name: name, Display: name, Token: "secret-" + name})
	}
	s, err := sandbox.Start(o)
	ts.Check(err)
	for _, name := range args { // --sandbox-url uses these
		s.AddAccount(sandbox.Account{Name: name, Display: name, Token: "sandbox-" + name})
	}
	ts.Defer(func() { _ = s.Close() })
	ts.Setenv("SANDBOX", s.URL())
	ts.Setenv("SANDBOX_HOST", strings.TrimPrefix(s.URL(), "http://"))
	ts.Value("network").(*struct{ *sandbox.Server }).Server = s
}

// say PERSON TEXT ACCOUNT... lets somebody write to accounts.
func say(ts *testscript.TestScript, _ bool, args []string) {
	server(ts).Person(args[0]).Say(args[1], args[2:]...)
}

// network ACCOUNT N [WORDS]: so many posts are on the network that have the words.
func onNetwork(ts *testscript.TestScript, neg bool, args []string) {
	n := 0
	var texts []string
	for _, x := range server(ts).Posts(args[0]) {
		if x.Deleted {
			continue
		}
		texts = append(texts, x.Text)
		if len(args) < 3 || strings.Contains(x.Text, args[2]) {
			n++
		}
	}
	if want := args[1]; (strconv.Itoa(n) == want) == neg {
		ts.Fatalf("%d posts of %s are on the network, not %s: %q", n, args[0], want, texts)
	}
}

// dates FILE... writes times into files: @2s@, @3h@, @day+2@.
func dates(ts *testscript.TestScript, _ bool, args []string) {
	rule := regexp.MustCompile(`@(day\+)?(\w+)@`)
	for _, f := range args {
		text := rule.ReplaceAllStringFunc(ts.ReadFile(f), func(s string) string {
			m := rule.FindStringSubmatch(s)
			if m[1] != "" {
				days, err := strconv.Atoi(m[2])
				ts.Check(err)
				return time.Now().UTC().AddDate(0, 0, days).Format(time.DateOnly)
			}
			d, err := time.ParseDuration(m[2])
			ts.Check(err)
			return time.Now().UTC().Add(d).Format(time.DateTime)
		})
		ts.Check(os.WriteFile(ts.MkAbs(f), []byte(text), 0o600))
	}
}

// pick VARIABLE FIELD [KEY=VALUE...] sets a variable to a field of the first
// object of the JSON list on standard output that has these values.
func pick(ts *testscript.TestScript, _ bool, args []string) {
	var rows []map[string]any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &rows))
rows:
	for _, r := range rows {
		for _, cond := range args[2:] {
			key, value, _ := strings.Cut(cond, "=")
			if fmt.Sprint(r[key]) != value {
				continue rows
			}
		}
		ts.Setenv(args[0], fmt.Sprint(r[args[1]]))
		return
	}
	ts.Fatalf("there is no such row in %s", ts.ReadFile("stdout"))
}

// pickcode VARIABLE sets it to the coupon code on standard output.
func pickCode(ts *testscript.TestScript, _ bool, args []string) {
	code := regexp.MustCompile(`[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}`).FindString(ts.ReadFile("stdout"))
	if code == "" {
		ts.Fatalf("there is no code")
	}
	ts.Setenv(args[0], code)
}

// json [schema]: standard output is JSON and nothing else, its keys in lower
// case; those of a schema are types.
func parses(ts *testscript.TestScript, _ bool, args []string) {
	var v any
	if err := json.Unmarshal([]byte(ts.ReadFile("stdout")), &v); err != nil {
		ts.Fatalf("that is no JSON: %v: %s", err, ts.ReadFile("stdout"))
	}
	if k := capital(v); k != "" && len(args) == 0 {
		ts.Fatalf("the key %q is not in lower case", k)
	}
}

// capital is a key that begins with a capital letter.
func capital(v any) string {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			if k := capital(x); k != "" {
				return k
			}
		}
	case map[string]any:
		for k, x := range v {
			if k != "" && k[0] >= 'A' && k[0] <= 'Z' {
				return k
			}
			if k := capital(x); k != "" {
				return k
			}
		}
	}
	return ""
}

// many FILE ROWS HEADER PATTERN [LINE TEXT] writes a CSV file; %d is the row.
func many(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	var b strings.Builder
	b.WriteString(args[2] + "\n")
	for i := range n {
		if len(args) > 4 && strconv.Itoa(i+2) == args[4] {
			b.WriteString(args[5] + "\n")
			continue
		}
		b.WriteString(strings.ReplaceAll(args[3], "%d", strconv.Itoa(i)) + "\n")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(b.String()), 0o600))
}

// shop FOLDER copies the workspace of testdata/shop there; its accounts live on
// $SANDBOX where one runs.
func shop(ts *testscript.TestScript, _ bool, args []string) {
	to := ts.MkAbs(args[0])
	ts.Check(os.CopyFS(to, os.DirFS(filepath.Join(root, "testdata", "shop"))))
	url := ts.Getenv("SANDBOX")
	if url == "" {
		url = "https://social.example"
	}
	for _, name := range []string{"shop", "club"} {
		path := filepath.Join(to, "accounts", name+".yaml")
		b, err := os.ReadFile(path)
		ts.Check(err)
		ts.Check(os.WriteFile(path, []byte(strings.ReplaceAll(string(b), "https://social.example", url)), 0o600))
	}
}

// root is this folder.
var root = func() string {
	dir, _ := os.Getwd() // a test begins in its package's folder
	return dir
}()
