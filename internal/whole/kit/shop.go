package kit

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

// Patience is how long anything may take before a test gives up on it.
const Patience = 90 * time.Second

// Shop is a brand with its files, its database and the network it is on.
type Shop struct {
	T       *testing.T
	Dir     string
	Net     *sandbox.Server
	Env     []string // of every process
	plays   string   // the database that is known to be the sandbox's
	person  bool     // somebody looks on the network for what the program can't tell
	seen    map[string]time.Time
	*Abroad // where its database is, if not magpie.db in its folder
}

// Open makes a shop whose accounts live on a sandbox of that kind. The files
// are those of basics, plus what the test writes.
func Open(t *testing.T, v sandbox.Variant, accounts ...string) *Shop {
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
	s := &Shop{T: t, Dir: t.TempDir(), Net: net, person: v.Idempotency == sandbox.KeysIgnored, seen: map[string]time.Time{}}
	s.Write("magpie.yaml", "settle: 1s\n")
	for _, name := range accounts {
		s.Write("accounts/"+name+".yaml", "network: mastodon\nserver: "+
			"https://social.example\nabout: "+name+"\nlanguage: en\ntimezone: UTC\ncredentials: stored\n")
	}
	for name, text := range Basics {
		s.Write(name, text)
	}
	return s
}

// Basics are the files that most tests want.
var Basics = map[string]string{
	"campaigns/offers.yaml":        "gift: {value: 10%, codes: made, per_person: 1, valid: 72h, link: \"https://shop.example/?c={{code}}\"}\n",
	"campaigns/segments.yaml":      "friends: consents(\"direct\")\n",
	"campaigns/later.yaml":         "title: Later\nsteps:\n  later: {accounts: [shop], at: " + At(48*time.Hour) + ", say: later}\n",
	"templates/later.en.tmpl":      "This is for the day after tomorrow.",
	"templates/claim.en.tmpl":      "For you, {{name}}: {{code}} takes {{value}} off. {{link}}",
	"templates/mailing.en.tmpl":    "Dear {{name}}, as a friend of the shop you get {{value}} with {{code}}",
	"templates/hours.en.tmpl":      "We are open from nine to six, every day but Sunday.",
	"templates/welcome.en.tmpl":    "Good to have you with us. Say stop to end it.",
	"campaigns/service.yaml":       Service("shop"),
	"campaigns/gift.yaml":          Gift("shop"),
	"templates/first.en.tmpl":      "A kettle lasts longer if it is descaled each month.",
	"templates/second.en.tmpl":     "Old batteries belong in the box at our door.",
	"templates/third.en.tmpl":      "Which tea do you drink when it rains? Tell us!",
	"templates/elsewhere.en.tmpl":  "Members only: the workshop on bread is full of flour and laughter.",
	"templates/gift-open.en.tmpl":  "Ask us for a deal and get one of your own.",
	"templates/friends.en.tmpl":    "Our friends know it first: the winter list is here.",
	"templates/promotion.en.tmpl":  "Everything that has a plug is cheaper this weekend.",
	"templates/promotion2.en.tmpl": "Lamps, lamps, lamps: the cellar must be empty by Monday.",
}

func Service(accounts string) string {
	return "title: Service\nsteps:\n  hours: {accounts: [" + accounts + "], mention: {says: [hours]}, say: hours}\n" +
		"  join: {accounts: [" + accounts + "], mention: {says: [join]}, grants: direct, say: welcome, private: true}\n"
}

func Gift(accounts string) string {
	return "title: Gift\noffer: gift\nsteps:\n  claim: {accounts: [" + accounts + "], mention: {says: [deal]}, say: claim}\n"
}

// At is a time from now as a file has it, in UTC.
func At(from time.Duration) string {
	return time.Now().UTC().Add(from).Format(time.DateTime)
}

// Write puts a file into the workspace.
func (s *Shop) Write(name, text string) {
	s.T.Helper()
	path := filepath.Join(s.Dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
		s.T.Fatal(err)
	}
}

// Process is a running magpie.
type Process struct {
	t    *testing.T
	Cmd  *exec.Cmd
	Log  output
	Done chan struct{}
}

// Start runs magpie with the accounts played by the sandbox.
func (s *Shop) Start(env ...string) *Process {
	s.T.Helper()
	return s.Command(env, "run", "--sandbox-url", s.Net.URL())
}

// Command starts any command on the workspace.
func (s *Shop) Command(env []string, args ...string) *Process {
	s.T.Helper()
	if slices.Contains(args, "--sandbox-url") {
		s.played()
	}
	p := &Process{t: s.T, Cmd: exec.Command(magpie, append([]string{"-C", s.Dir}, args...)...), Done: make(chan struct{})}
	p.Cmd.Env = append(append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.Dir, "USER=mia", s.database()}, s.Env...), env...)
	p.Cmd.Stdout, p.Cmd.Stderr = &p.Log, &p.Log
	if err := p.Cmd.Start(); err != nil {
		s.T.Fatal(err)
	}
	go func() { _ = p.Cmd.Wait(); close(p.Done) }() // how it ended is read from ProcessState
	s.T.Cleanup(p.Kill)
	return p
}

// database names the workspace's own database, as a person does who lets a sandbox play in it.
func (s *Shop) database() string { return "MAGPIE_DATABASE=" + filepath.Join(s.Dir, "magpie.db") }

// played says that the database is the sandbox's, though commands may have written to it before the sandbox played in it.
func (s *Shop) played() {
	s.T.Helper()
	place := filepath.Join(s.Dir, "magpie.db")
	for _, e := range s.Env { // the last counts
		if named, ok := strings.CutPrefix(e, "MAGPIE_DATABASE="); ok {
			place = named
		}
	}
	if s.plays != place && (store.IsPostgres(place) || store.Exists(place)) {
		s.Mark(place, false)
		s.plays = place
	}
}

// Mark says that a database is the sandbox's; if it is a real one's already, only if that is asked for.
func (s *Shop) Mark(place string, anyway bool) {
	s.T.Helper()
	db, err := store.Open(context.Background(), place, bot.Migrations()...)
	if err != nil {
		return // the program says so
	}
	defer db.Close()
	if is, err := db.Mark(context.Background(), "plays"); err == nil && (is == "" || anyway) {
		_ = db.Write(context.Background(), func(tx *sql.Tx) error { return store.SetMark(context.Background(), tx, "plays", "sandbox") })
	}
}

// Magpie runs a command to its end and returns what it said, and its exit code.
func (s *Shop) Magpie(args ...string) (said string, code int) {
	s.T.Helper()
	p := s.Command(nil, args...)
	code = p.Ended()
	return p.Log.String(), code
}

// Typed runs a command with something on its standard input.
func (s *Shop) Typed(input string, args ...string) (said string, code int) {
	s.T.Helper()
	cmd := exec.Command(magpie, append([]string{"-C", s.Dir}, args...)...)
	cmd.Env, cmd.Stdin = append([]string{"HOME=" + s.Dir, s.database()}, s.Env...), strings.NewReader(input)
	out, _ := cmd.CombinedOutput() // how it ended is in the code
	return string(out), cmd.ProcessState.ExitCode()
}

// Must runs a command that has to succeed.
func (s *Shop) Must(args ...string) string {
	s.T.Helper()
	said, code := s.Magpie(args...)
	if code != 0 {
		s.T.Fatalf("magpie %s ended with %d:\n%s", strings.Join(args, " "), code, said)
	}
	return said
}

// Once does what is due now.
func (s *Shop) Once() string {
	s.T.Helper()
	return s.Must("run", "--once", "--sandbox-url", s.Net.URL())
}

// Kill ends the process as a power cut does.
func (p *Process) Kill() {
	_ = p.Cmd.Process.Signal(syscall.SIGKILL) // it may have ended
	<-p.Done
}

// Ended waits for the end and returns the exit code, -1 for a signal.
func (p *Process) Ended() int {
	p.t.Helper()
	select {
	case <-p.Done:
	case <-time.After(Patience):
		p.t.Fatalf("the program does not end:\n%s", &p.Log)
	}
	return p.Cmd.ProcessState.ExitCode()
}

// Stop asks the process to end and checks that it does so in peace.
func (p *Process) Stop() {
	p.t.Helper()
	p.begun()
	_ = p.Cmd.Process.Signal(syscall.SIGTERM) // it may have ended, which the code shows
	if code := p.Ended(); code != 0 {
		p.t.Fatalf("after SIGTERM it ended with %d:\n%s", code, &p.Log)
	}
}

// begun waits until a bot runs: a signal before it listens for one just kills it.
func (p *Process) begun() {
	if !slices.Contains(p.Cmd.Args, "run") || slices.Contains(p.Cmd.Args, "--once") {
		return
	}
	Within(10*time.Second, func() bool { return p.Log.Says("running;") > 0 || p.Log.Says("ended") > 0 })
}

// Until waits for something to become true.
func (s *Shop) Until(what string, done func() bool) {
	s.T.Helper()
	if !Within(Patience, done) {
		s.T.Fatalf("waited in vain: %s\n%s", what, s.Outbox())
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
