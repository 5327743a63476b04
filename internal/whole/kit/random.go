package kit

import (
	"flag"
	"fmt"
	"net/http"
	"time"

	"magpie/internal/sandbox"
)

var Seed = flag.Uint64("seed", 0, "of the random kills; 0: another one each time")

// Faults are all ways in which an answer is lost or a post refused for now.
var Faults = []sandbox.Effect{
	sandbox.DropAfterStore(), sandbox.DropBeforeStore(), sandbox.Status500AfterStore(), sandbox.HTMLBody(), sandbox.RubbishBody(),
	sandbox.StallAfterStore(time.Second), sandbox.Delay(200 * time.Millisecond),
	sandbox.Answer(http.StatusTooManyRequests, `{"error":"Too many requests"}`, map[string]string{"Retry-After": "1"}),
	sandbox.Answer(http.StatusServiceUnavailable, `{"error":"busy"}`, nil),
}

// Program makes n posts on each account due in the seconds to come, and a
// mailing in the middle of them.
func (b *Busy) Program(n int) {
	text := "title: Program\nsteps:\n"
	for i := range n {
		when := At(time.Duration(i/2+4) * time.Second)
		for account, words := range map[string]string{"shop": "Shelf number %d is full of kettles",
			"club": "%d loaves of bread, and nobody is hungry any more"} {
			step := fmt.Sprintf("%s-%d", account, i)
			text += "  " + step + ": {accounts: [" + account + "], at: " + when + ", say: " + step + "}\n"
			b.Write("templates/"+step+".en.tmpl", fmt.Sprintf(words, i))
			b.Want.Steps = append(b.Want.Steps, step)
		}
	}
	b.Write("campaigns/program.yaml", text)
	b.Write("campaigns/mail.yaml", "title: Mail\noffer: gift\nsteps:\n  "+
		"mailing: {accounts: [shop], at: "+At(7*time.Second)+", to: {segment: friends, by: direct}, say: mailing}\n")
	b.Want.Codes = []string{"ann", "bob", "cai"}
}
