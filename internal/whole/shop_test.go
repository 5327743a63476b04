package whole_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"magpie/internal/bot"
	"magpie/internal/sandbox"
	"magpie/internal/store"
)

// patience is how long anything may take before a test gives up on it.
const patience = 90 * time.Second

// shop is a brand with its files, its database and the network it is on.
type shop struct {
	t       *testing.T
	dir     string
	net     *sandbox.Server
	env     []string // of every process
	plays   string   // the database that is known to be the sandbox's
	person  bool     // somebody looks on the network for what the program can't tell
	seen    map[string]time.Time
	*abroad // where its database is, if not magpie.db in its folder
}

// open makes a shop whose accounts live on a sandbox of that kind. The files
// are those of basics, plus what the test writes.
func open(t *testing.T, v sandbox.Variant, accounts ...string) *shop {
	t.Helper()
	o := sandbox.Options{Variant: v, Quiet: true}
	for _, name := range accounts {
		o.Accounts = append(o.Accounts, sandbox.Account{Name: name, Display: name})
	}
	net, err := sandbox.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = net.Close() })
	s := &shop{t: t, dir: t.TempDir(), net: net, person: v.Idempotency == sandbox.KeysIgnored, seen: map[string]time.Time{}}
	s.write("magpie.yaml", "settle: 1s\n")
	for _, name := range accounts {
		s.write("accounts/"+name+".yaml", "network: mastodon\nserver: "+
			"https://social.example\nabout: "+name+"\nlanguage: en\ntimezone: UTC\ncredentials: stored\n")
	}
	for name, text := range basics {
		s.write(name, text)
	}
	return s
}

// basics are the files that most tests want.
var basics = map[string]string{
	"campaigns/offers.yaml":        "gift: {value: 10%, codes: made, per_person: 1, valid: 72h, link: \"https://shop.example/?c={{code}}\"}\n",
	"campaigns/segments.yaml":      "friends: consents(\"direct\")\n",
	"campaigns/later.yaml":         "title: Later\nsteps:\n  later: {accounts: [shop], at: " + at(48*time.Hour) + ", say: later}\n",
	"templates/later.en.tmpl":      "This is for the day after tomorrow.",
	"templates/claim.en.tmpl":      "For you, {{name}}: {{code}} takes {{value}} off. {{link}}",
	"templates/mailing.en.tmpl":    "Dear {{name}}, as a friend of the shop you get {{value}} with {{code}}",
	"templates/hours.en.tmpl":      "We are open from nine to six, every day but Sunday.",
	"templates/welcome.en.tmpl":    "Good to have you with us. Say stop to end it.",
	"campaigns/service.yaml":       service("shop"),
	"campaigns/gift.yaml":          gift("shop"),
	"templates/first.en.tmpl":      "A kettle lasts longer if it is descaled each month.",
	"templates/second.en.tmpl":     "Old batteries belong in the box at our door.",
	"templates/third.en.tmpl":      "Which tea do you drink when it rains? Tell us!",
	"templates/elsewhere.en.tmpl":  "Members only: the workshop on bread is full of flour and laughter.",
	"templates/gift-open.en.tmpl":  "Ask us for a deal and get one of your own.",
	"templates/friends.en.tmpl":    "Our friends know it first: the winter list is here.",
	"templates/promotion.en.tmpl":  "Everything that has a plug is cheaper this weekend.",
	"templates/promotion2.en.tmpl": "Lamps, lamps, lamps: the cellar must be empty by Monday.",
}

func service(accounts string) string {
	return "title: Service\nsteps:\n  hours: {accounts: [" + accounts + "], mention: {says: [hours]}, say: hours}\n" +
		"  join: {accounts: [" + accounts + "], mention: {says: [join]}, grants: direct, say: welcome, private: true}\n"
}

func gift(accounts string) string {
	return "title: Gift\noffer: gift\nsteps:\n  claim: {accounts: [" + accounts + "], mention: {says: [deal]}, say: claim}\n"
}

// at is a time from now as a file has it, in UTC.
func at(from time.Duration) string {
	return time.Now().UTC().Add(from).Format(time.DateTime)
}

// write puts a file into the workspace.
func (s *shop) write(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
		s.t.Fatal(err)
	}
}

// process is a running magpie.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	log  output
	done chan struct{}
}

// start runs magpie with the accounts played by the sandbox.
func (s *shop) start(env ...string) *process {
	s.t.Helper()
	return s.command(env, "run", "--sandbox-url", s.net.URL())
}

// command starts any command on the workspace.
func (s *shop) command(env []string, args ...string) *process {
	s.t.Helper()
	if slices.Contains(args, "--sandbox-url") {
		s.played()
	}
	p := &process{t: s.t, cmd: exec.Command(magpie, append([]string{"-C", s.dir}, args...)...), done: make(chan struct{})}
	p.cmd.Env = append(append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir, "USER=mia", s.database()}, s.env...), env...)
	p.cmd.Stdout, p.cmd.Stderr = &p.log, &p.log
	if err := p.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() { _ = p.cmd.Wait(); close(p.done) }() // how it ended is read from ProcessState
	s.t.Cleanup(p.kill)
	return p
}

// database names the workspace's own database, as a person does who lets a sandbox play in it.
func (s *shop) database() string { return "MAGPIE_DATABASE=" + filepath.Join(s.dir, "magpie.db") }

// played says that the database is the sandbox's, though commands may have written to it before the sandbox played in it.
func (s *shop) played() {
	s.t.Helper()
	place := filepath.Join(s.dir, "magpie.db")
	for _, e := range s.env { // the last counts
		if named, ok := strings.CutPrefix(e, "MAGPIE_DATABASE="); ok {
			place = named
		}
	}
	if s.plays != place && (store.IsPostgres(place) || store.Exists(place)) {
		s.mark(place, false)
		s.plays = place
	}
}

// mark says that a database is the sandbox's; if it is a real one's already, only if that is asked for.
func (s *shop) mark(place string, anyway bool) {
	s.t.Helper()
	db, err := store.Open(context.Background(), place, bot.Migrations()...)
	if err != nil {
		return // the program says so
	}
	defer db.Close()
	if is, err := db.Mark(context.Background(), "plays"); err == nil && (is == "" || anyway) {
		_ = db.Write(context.Background(), func(tx *sql.Tx) error { return store.SetMark(context.Background(), tx, "plays", "sandbox") })
	}
}

// magpie runs a command to its end and returns what it said, and its exit code.
func (s *shop) magpie(args ...string) (said string, code int) {
	s.t.Helper()
	p := s.command(nil, args...)
	code = p.ended()
	return p.log.String(), code
}

// typed runs a command with something on its standard input.
func (s *shop) typed(input string, args ...string) (said string, code int) {
	s.t.Helper()
	cmd := exec.Command(magpie, append([]string{"-C", s.dir}, args...)...)
	cmd.Env, cmd.Stdin = append([]string{"HOME=" + s.dir, s.database()}, s.env...), strings.NewReader(input)
	out, _ := cmd.CombinedOutput() // how it ended is in the code
	return string(out), cmd.ProcessState.ExitCode()
}

// must runs a command that has to succeed.
func (s *shop) must(args ...string) string {
	s.t.Helper()
	said, code := s.magpie(args...)
	if code != 0 {
		s.t.Fatalf("magpie %s ended with %d:\n%s", strings.Join(args, " "), code, said)
	}
	return said
}

// once does what is due now.
func (s *shop) once() string {
	s.t.Helper()
	return s.must("run", "--once", "--sandbox-url", s.net.URL())
}

// kill ends the process as a power cut does.
func (p *process) kill() {
	_ = p.cmd.Process.Signal(syscall.SIGKILL) // it may have ended
	<-p.done
}

// ended waits for the end and returns the exit code, -1 for a signal.
func (p *process) ended() int {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(patience):
		p.t.Fatalf("the program does not end:\n%s", &p.log)
	}
	return p.cmd.ProcessState.ExitCode()
}

// stop asks the process to end and checks that it does so in peace.
func (p *process) stop() {
	p.t.Helper()
	p.begun()
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended, which the code shows
	if code := p.ended(); code != 0 {
		p.t.Fatalf("after SIGTERM it ended with %d:\n%s", code, &p.log)
	}
}

// begun waits until a bot runs: a signal before it listens for one just kills it.
func (p *process) begun() {
	if !slices.Contains(p.cmd.Args, "run") || slices.Contains(p.cmd.Args, "--once") {
		return
	}
	for end := time.Now().Add(10 * time.Second); p.log.says("running;") == 0 && p.log.says("ended") == 0 && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
}

// until waits for something to become true.
func (s *shop) until(what string, done func() bool) {
	s.t.Helper()
	for end := time.Now().Add(patience); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("waited in vain: %s\n%s", what, s.outbox())
		}
	}
}

// output is what a process has said so far.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}
