package backup_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// At random moments a backup is taken, the program is killed or stopped, and a
// backup is put back, again and again, while everything happens.
func TestRestoredAtRandom(t *testing.T) {
	t.Parallel()
	from := *kit.Seed
	if from == 0 {
		from = 1 // other ones are for hunting
	}
	t.Logf("the same again: go test ./internal/whole -run RestoredAtRandom -seed %d", from)
	for i, kind := range []string{"ignore", "replay500", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			address := ""
			if kind == "postgres" {
				kind, address = "ignore", kit.Schema(t)
			}
			r := &randomly{Shop: openHour(t, kit.Servers[kind], address), dice: rand.New(rand.NewPCG(from, uint64(i))), crowd: map[string]int{}}
			for r.round = range 3 {
				r.live()
			}
			r.rest()
		})
	}
}

// randomly is a shop to which things happen at random.
type randomly struct {
	*kit.Shop
	dice    *rand.Rand
	round   int
	crowd   map[string]int // how often somebody has asked
	asked   []sandbox.Status
	stopped []string
	steps   []string
	letters int
	kills   int // how often the program was killed
	lost    int // how many answers were lost
}

// live is a while of which the second part is lost.
func (r *randomly) live() {
	p := r.Start()
	until := 10 + r.dice.IntN(20)
	var restore func()
	for n := range until + 15 + r.dice.IntN(15) {
		r.happen()
		if n == until {
			restore = r.Keep("")
		}
		kit.Pause(time.Duration(20+r.dice.IntN(150)) * time.Millisecond)
	}
	kit.Pause(time.Duration(r.dice.IntN(2000)) * time.Millisecond)
	if r.dice.IntN(2) == 0 {
		p.Kill()
		r.kills++
	} else {
		p.Stop()
	}
	restore()
	for range r.dice.IntN(3) {
		p = r.Start()
		kit.Pause(time.Duration(r.dice.IntN(1200)) * time.Millisecond)
		p.Kill()
		r.kills++
		r.happen()
	}
}

// happen lets one thing happen.
func (r *randomly) happen() {
	who := fmt.Sprint("p", r.dice.IntN(12)+8*r.round)
	to := [][]string{{"shop"}, {"club"}, {"shop", "club"}}[r.dice.IntN(3)]
	say := func(text string) {
		if r.crowd[who]++; r.crowd[who] < 5 && !slices.Contains(r.stopped, who) {
			r.asked = append(r.asked, r.Hears(who, text, to...))
		}
	}
	switch n := r.dice.IntN(20); {
	case n < 5:
		say("a deal please")
	case n < 7:
		say("a card please")
	case n < 9:
		say("what are your hours?")
	case n < 11:
		say("I want to join")
	case n == 11:
		say("STOP")
		r.stopped = append(r.stopped, who)
	case n == 12 && r.letters < 6:
		step := fmt.Sprint("letter-", r.letters)
		r.letters++
		r.Mail(step, []string{"", "gift"}[r.letters%2], []string{kit.Phrase(step) + " {{name}}",
			kit.Phrase(step) + " {{name}}: {{code}} until {{until}}"}[r.letters%2])
		r.InForce()
	case n == 13:
		r.lost++
		r.Net.Fail(kit.Posting(to[0], 1, kit.Faults[r.dice.IntN(len(kit.Faults))]))
	case n > 16:
		step := fmt.Sprint("s-", len(r.steps))
		r.steps = append(r.steps, step)
		r.Write("templates/"+step+".en.tmpl", kit.Phrase(step))
		r.Write("campaigns/"+step+".yaml", "title: One\nsteps:\n  "+step+": {accounts: ["+to[0]+"], at: "+kit.At(time.Second)+", say: "+step+"}\n")
		r.InForce()
	}
}

// rest lets it come to rest, and looks.
func (r *randomly) rest() {
	r.T.Helper()
	r.InForce() // on Postgres the files of the lost time have to be applied again
	p := r.Start()
	r.Until("it is matched", func() bool {
		return r.Count(`SELECT count(*) FROM magpie WHERE name IN ('restored from', 'backup of')`) == "0"
	})
	r.Must("coupons", "release", "card")
	end, settled := time.Now().Add(kit.Patience), 0
	for len(r.open()) > 0 && time.Now().Before(end) {
		// Killed as it was sent, or the answer was lost.
		settled += r.LooksAndSettles(`reason LIKE 'the network''s answer was lost, and the post was not found there%'`)
		kit.Pause(100 * time.Millisecond)
	}
	if most := 8*r.kills + r.lost; settled > most { // so many may have been in flight
		r.T.Errorf("a person was asked about %d posts, and %d at most were in flight at a kill or lost their answer", settled, most)
	}
	p.Stop()
	r.Once()
	for _, what := range r.open() {
		r.T.Error(what)
	}
	r.Sound("shop", "club")
	r.T.Logf("%d posts are out, %s were matched, %s questions had an answer", len(r.Timeline("shop", "club")),
		r.Count(`SELECT count(*) FROM audit WHERE what = 'post found on the network'`), r.Count(`SELECT count(*) FROM mentions
			WHERE reason = 'answered before the database was restored'`))
	for _, step := range r.steps {
		if n := kit.Count(r.Timeline("shop", "club"), func(x sandbox.Status) bool { return x.Text == kit.Phrase(step) }); n != 1 {
			r.T.Errorf("%s is out %d times", step, n)
		}
	}
	if r.T.Failed() {
		r.T.Logf("%s\nit said:\n%s", r.Outbox(), &p.Log)
	}
}

// unproven tells whether a post waits for a person because the server's answer was
// lost and the person wants nothing more: that is an end too.
func unproven(reason string) bool {
	return strings.Contains(reason, "answer to the first try was lost")
}

// waits tells whether the answer to a mention is such a post.
func (r *randomly) waits(m sandbox.Status) bool {
	posts := r.Read(`SELECT p.reason FROM mentions m JOIN posts p ON p.mention = m.id WHERE m.item = $1 AND p.state = 'asked'`, m.URI)
	return len(posts) == 1 && unproven(posts[0]["reason"])
}

// open is what has not come to an end.
func (r *randomly) open() (out []string) {
	r.T.Helper()
	for _, m := range r.asked {
		if s := r.Mention(m)["state"]; s == "new" || s == "" || s == "answered" && len(r.Answers(m, "shop", "club")) == 0 && !r.waits(m) {
			out = append(out, fmt.Sprintf("%q of %s is %q: %v", m.Text, m.Account, s,
				r.Read(`SELECT m.reason, p.state, p.account, p.remote_id, p.reason AS why FROM mentions m
					LEFT JOIN posts p ON p.mention = m.id WHERE m.item = $1`, m.URI)))
		}
	}
	for _, p := range r.Read(`SELECT state, step, reason FROM posts WHERE state NOT IN ('sent', 'expanded', 'late') AND step <> 'later'`) {
		why := p["reason"]
		ended := p["state"] == "withdrawn" && (strings.Contains(why, "by hand") || strings.Contains(why,
			"withdrawn their consent") || strings.Contains(why, "opted out"))
		if asked := p["state"] == "asked" && unproven(why); !ended && !asked {
			out = append(out, fmt.Sprintf("%s is %s: %s", p["step"], p["state"], why))
		}
	}
	return out
}
