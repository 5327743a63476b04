package kit

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

// Servers are the ways in which servers treat a key they have seen.
var Servers = map[string]sandbox.Variant{
	"honour": {Idempotency: sandbox.KeysHonoured}, "ignore": {Idempotency: sandbox.KeysIgnored},
	"replay500": {Idempotency: sandbox.KeysReplay500},
}

// elsewhere are points that other commands and networks come by: internal/torture
// kills the program there.
var elsewhere = []string{"redeeming", "redeemed", "locking", "locked", "rolling back", "rolled back", "refreshing", "refreshed", "storing", "stored"}

// Points are the names of all points at which the program can be killed, read
// from its source so that none is forgotten, but those elsewhere.
func Points(t *testing.T) []string {
	found := map[string]bool{}
	rule := regexp.MustCompile(`crash\.At\("([^"]+)"\)`)
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := os.ReadFile(path)
		for _, m := range rule.FindAllSubmatch(b, -1) {
			found[string(m[1])] = !slices.Contains(elsewhere, string(m[1]))
		}
		return err
	})
	if err != nil || len(found) < 10 {
		t.Fatalf("the points are not found: %v %v", found, err)
	}
	maps.DeleteFunc(found, func(_ string, here bool) bool { return !here })
	return slices.Sorted(maps.Keys(found))
}

// Busy is a shop in which everything happens within seconds: public posts on
// two accounts, a mailing with codes, claims, questions, an opt-out, lost answers.
type Busy struct {
	*Shop
	Want Expected
}

// Say lets a person say something that is to be answered, once.
func (b *Busy) Say(who, text string, to ...string) {
	x, _ := b.Net.Status(b.Net.Person(who).Say(text, to...))
	b.Want.Answered = append(b.Want.Answered, x)
}

// OpenBusy prepares one; before each of its steps the program may be killed.
func OpenBusy(t *testing.T, v sandbox.Variant, kill ...string) *Busy {
	b := &Busy{Shop: Open(t, v, "shop", "club")}
	b.Write("campaigns/service.yaml", Service("shop, club"))
	b.Write("campaigns/gift.yaml", Gift("shop, club"))
	b.onceKilled(kill)
	for _, who := range []string{"ann", "bob", "cai"} {
		b.Say(who, "I want to join", "shop")
	}
	b.onceKilled(kill)
	return b
}

// onceKilled is once, and before it once that may be killed.
func (b *Busy) onceKilled(kill []string) {
	if len(kill) > 0 {
		b.Command(kill, "run", "--once", "--sandbox-url", b.Net.URL()).Ended()
	}
	b.Once()
}

// Rush makes the campaign due in about two seconds, and the network bad.
func (b *Busy) Rush() {
	soon := At(2500 * time.Millisecond)
	b.Write("campaigns/busy.yaml", "title: Busy\nsteps:\n"+
		"  first: {accounts: [shop], at: "+soon+", say: first}\n"+
		"  second: {accounts: [shop], at: "+soon+", say: second}\n"+
		"  elsewhere: {accounts: [club], at: "+soon+", say: elsewhere}\n")
	b.Write("campaigns/mail.yaml", "title: Mail\noffer: gift\nsteps:\n"+
		"  mailing: {accounts: [shop], at: "+soon+", to: {segment: friends, by: direct}, say: mailing}\n")
	b.Want.Steps = []string{"first", "second", "elsewhere"}
	b.Want.Codes = []string{"ann", "bob", "cai", "dan", "eve", "fay", "hal"}
	posts := sandbox.Fault{Method: "POST", PathPrefix: "/api/v1/statuses", Account: "shop"}
	for _, e := range []sandbox.Effect{sandbox.DropBeforeStore(), sandbox.DropAfterStore()} {
		posts.What = e
		b.Net.Fail(posts)
	}
	posts.Account, posts.What = "club", sandbox.Status500AfterStore()
	b.Net.Fail(posts)
	b.Say("dan", "a deal please", "shop")
	b.Say("eve", "deal?", "club", "shop")
}

// Finish restarts the program and lets it come to rest.
func (b *Busy) Finish() {
	p := b.Start()
	b.Say("hal", "a deal for me?", "club")
	b.Say("ann", "do I get a deal?", "shop")
	end := time.Now().Add(Patience)
	for len(Differences(b.Timeline("shop", "club"), b.Ledger(), b.Want, time.Now())) > 0 && time.Now().Before(end) {
		b.Attend()
		Pause(100 * time.Millisecond)
	}
	p.Stop()
	b.Once() // changes nothing any more
	b.Check(b.Want, "shop", "club")
	if b.T.Failed() {
		b.T.Logf("it said:\n%s", &p.Log)
	}
}

// Killed tells whether the process ended by SIGKILL.
func (p *Process) Killed() bool {
	w, ok := p.Cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && w.Signaled() && w.Signal() == syscall.SIGKILL
}
