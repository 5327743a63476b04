package whole_test

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

// servers are the ways in which servers treat a key they have seen.
var servers = map[string]sandbox.Variant{
	"honour": {Idempotency: sandbox.KeysHonoured}, "ignore": {Idempotency: sandbox.KeysIgnored},
	"replay500": {Idempotency: sandbox.KeysReplay500},
}

// elsewhere are points that other commands and networks come by: internal/torture
// kills the program there.
var elsewhere = []string{"redeeming", "redeemed", "refreshing", "refreshed", "storing", "stored"}

// points are the names of all points at which the program can be killed, read
// from its source so that none is forgotten, but those elsewhere.
func points(t *testing.T) []string {
	found := map[string]bool{}
	rule := regexp.MustCompile(`crash\.At\("([^"]+)"\)`)
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
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

// busy is a shop in which everything happens within seconds: public posts on
// two accounts, a mailing with codes, claims, questions, an opt-out, lost answers.
type busy struct {
	*shop
	want expected
}

// say lets a person say something that is to be answered, once.
func (b *busy) say(who, text string, to ...string) {
	x, _ := b.net.Status(b.net.Person(who).Say(text, to...))
	b.want.answered = append(b.want.answered, x)
}

// openBusy prepares one; before each of its steps the program may be killed.
func openBusy(t *testing.T, v sandbox.Variant, kill ...string) *busy {
	b := &busy{shop: open(t, v, "shop", "club")}
	b.write("campaigns/service.yaml", service("shop, club"))
	b.write("campaigns/gift.yaml", gift("shop, club"))
	b.onceKilled(kill)
	for _, who := range []string{"ann", "bob", "cai"} {
		b.say(who, "I want to join", "shop")
	}
	b.onceKilled(kill)
	return b
}

// onceKilled is once, and before it once that may be killed.
func (b *busy) onceKilled(kill []string) {
	if len(kill) > 0 {
		b.command(kill, "run", "--once", "--sandbox-url", b.net.URL()).ended()
	}
	b.once()
}

// rush makes the campaign due in about two seconds, and the network bad.
func (b *busy) rush() {
	soon := at(2500 * time.Millisecond)
	b.write("campaigns/busy.yaml", "title: Busy\nsteps:\n"+
		"  first: {accounts: [shop], at: "+soon+", say: first}\n"+
		"  second: {accounts: [shop], at: "+soon+", say: second}\n"+
		"  elsewhere: {accounts: [club], at: "+soon+", say: elsewhere}\n")
	b.write("campaigns/mail.yaml", "title: Mail\noffer: gift\nsteps:\n"+
		"  mailing: {accounts: [shop], at: "+soon+", to: {segment: friends, by: direct}, say: mailing}\n")
	b.want.steps = []string{"first", "second", "elsewhere"}
	b.want.codes = []string{"ann", "bob", "cai", "dan", "eve", "fay", "hal"}
	posts := sandbox.Fault{Method: "POST", PathPrefix: "/api/v1/statuses", Account: "shop"}
	for _, e := range []sandbox.Effect{sandbox.DropBeforeStore(), sandbox.DropAfterStore()} {
		posts.What = e
		b.net.Fail(posts)
	}
	posts.Account, posts.What = "club", sandbox.Status500AfterStore()
	b.net.Fail(posts)
	b.say("dan", "a deal please", "shop")
	b.say("eve", "deal?", "club", "shop")
}

// finish restarts the program and lets it come to rest.
func (b *busy) finish() {
	p := b.start()
	b.say("hal", "a deal for me?", "club")
	b.say("ann", "do I get a deal?", "shop")
	end := time.Now().Add(patience)
	for len(differences(b.timeline("shop", "club"), b.ledger(), b.want, time.Now())) > 0 && time.Now().Before(end) {
		b.attend()
		time.Sleep(100 * time.Millisecond)
	}
	p.stop()
	b.once() // changes nothing any more
	b.check(b.want, "shop", "club")
	if b.t.Failed() {
		b.t.Logf("it said:\n%s", &p.log)
	}
}

// The program is killed at every point, on servers of every kind.
func TestKilledAtEveryPoint(t *testing.T) {
	t.Parallel()
	for _, point := range points(t) {
		for name, v := range servers {
			if point == "repeating" && name == "ignore" {
				continue // where keys are ignored, nothing is repeated unasked
			}
			t.Run(point+"/"+name, func(t *testing.T) {
				t.Parallel()
				kill := "MAGPIE_CRASH_AT=" + point
				b := openBusy(t, v, kill)
				b.rush()
				p := b.start(kill)
				b.say("fay", "any deal today?", "club")
				b.say("gus", "what are your hours?", "shop")
				b.say("ian", "STOP", "shop")
				if p.ended(); !p.killed() {
					t.Fatalf("it was not killed at %s:\n%s", point, &p.log)
				}
				b.finish()
			})
		}
	}
}

// killed tells whether the process ended by SIGKILL.
func (p *process) killed() bool {
	w, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && w.Signaled() && w.Signal() == syscall.SIGKILL
}
