package whole_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

var seed = flag.Uint64("seed", 0, "of the random kills; 0: another one each time")

const (
	shops = 4  // in which it is killed at the same time
	lives = 10 // of the program in each
)

// faults are all ways in which an answer is lost or a post refused for now.
var faults = []sandbox.Effect{
	sandbox.DropAfterStore(), sandbox.DropBeforeStore(), sandbox.Status500AfterStore(), sandbox.HTMLBody(), sandbox.RubbishBody(),
	sandbox.StallAfterStore(time.Second), sandbox.Delay(200 * time.Millisecond),
	sandbox.Answer(http.StatusTooManyRequests, `{"error":"Too many requests"}`, map[string]string{"Retry-After": "1"}),
	sandbox.Answer(http.StatusServiceUnavailable, `{"error":"busy"}`, nil),
}

// The program is killed at random times while everything happens.
func TestKilledAtRandom(t *testing.T) {
	t.Parallel()
	from := *seed
	if from == 0 {
		from = uint64(time.Now().UnixNano())
	}
	t.Logf("the same again: go test ./internal/whole -run KilledAtRandom -seed %d", from)
	kinds := []string{"honour", "ignore", "replay500", "ignore"}
	for i := range shops {
		t.Run(fmt.Sprint(i, " ", kinds[i]), func(t *testing.T) {
			t.Parallel()
			dice := rand.New(rand.NewPCG(from, uint64(i)))
			b := openBusy(t, servers[kinds[i]])
			b.program(20)
			for life := range lives {
				b.net.Fail(posting([]string{"shop", "club"}[dice.IntN(2)], 1, faults[dice.IntN(len(faults))]))
				p := b.start()
				who := fmt.Sprint("person", life)
				b.say(who, "a deal, quick", "shop", "club")
				b.want.codes = append(b.want.codes, who)
				select {
				case <-p.done:
					t.Fatalf("it ended by itself:\n%s", &p.log)
				case <-time.After(100*time.Millisecond + time.Duration(dice.IntN(1200))*time.Millisecond):
				}
				b.say(who, "and your hours?", "club")
				p.kill()
			}
			b.want.codes = append(b.want.codes, "hal")
			b.finish()
		})
	}
}

// program makes n posts on each account due in the seconds to come, and a
// mailing in the middle of them.
func (b *busy) program(n int) {
	text := "title: Program\nsteps:\n"
	for i := range n {
		when := at(time.Duration(i/2+4) * time.Second)
		for account, words := range map[string]string{"shop": "Shelf number %d is full of kettles",
			"club": "%d loaves of bread, and nobody is hungry any more"} {
			step := fmt.Sprintf("%s-%d", account, i)
			text += "  " + step + ": {accounts: [" + account + "], at: " + when + ", say: " + step + "}\n"
			b.write("templates/"+step+".en.tmpl", fmt.Sprintf(words, i))
			b.want.steps = append(b.want.steps, step)
		}
	}
	b.write("campaigns/program.yaml", text)
	b.write("campaigns/mail.yaml", "title: Mail\noffer: gift\nsteps:\n  "+
		"mailing: {accounts: [shop], at: "+at(7*time.Second)+", to: {segment: friends, by: direct}, say: mailing}\n")
	b.want.codes = []string{"ann", "bob", "cai"}
}
