package workspace_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"magpie/internal/workspace"
)

// BenchmarkLoad1000 loads 1,000 campaigns of three steps, each with texts of
// its own, over ten accounts (budget: one second).
func BenchmarkLoad1000(b *testing.B) {
	dir := b.TempDir()
	overlay(b, dir, good)
	for i := range 10 {
		write(b, dir, fmt.Sprintf("accounts/brand-%d.yaml", i), newAccount)
	}
	for i := range 1000 {
		writeCampaign(b, dir, i)
	}
	for b.Loop() {
		set, err := workspace.Load(dir, kinds())
		if err != nil {
			b.Fatal(err)
		}
		if len(set.Campaigns) < 1000 {
			b.Fatalf("loaded %d campaigns", len(set.Campaigns))
		}
	}
}

func writeCampaign(b *testing.B, dir string, i int) {
	brand := fmt.Sprintf("brand-%d", i%10)
	write(b, dir, fmt.Sprintf("campaigns/c%d.yaml", i), fmt.Sprintf(`title: Campaign %d
from: 2027-11-01
until: 2027-11-30
steps:
  tease:
    accounts: [%[2]s]
    at: 2027-11-05 10:00
    say: tease-%[1]d
  regulars:
    accounts: [%[2]s]
    schedule: mornings
    to: {segment: regulars, by: direct}
    say: regulars-%[1]d
  claim:
    accounts: [%[2]s]
    mention: {says: [deal%[1]d, 优惠%[1]d], not: scam}
    for: fans
    say: regulars-%[1]d
    say_others: sorry
`, i, brand))
	write(b, dir, fmt.Sprintf("templates/tease-%d.en.tmpl", i), prose(i))
	write(b, dir, fmt.Sprintf("templates/regulars-%d.en.a.tmpl", i), "Hello {{name}}, "+prose(i+1000))
	write(b, dir, fmt.Sprintf("templates/regulars-%d.en.b.tmpl", i), prose(i+2000)+" Yours, {{name}}.")
}

// words are of what the texts are made.
var words = strings.Fields(`battery kettle lamp keyboard speaker radio charger monitor cable mouse printer beside
	below never always dry bright quiet loud repair bench joy year month price cheaper better today tomorrow
	buy bring keep clean open close look listen ask answer small large orange green paper glass metal wood`)

// prose is a text of 25 words and a common end, another one for each n.
func prose(n int) string {
	r := rand.New(rand.NewPCG(uint64(n), 7))
	var out []string
	for range 25 {
		out = append(out, words[r.IntN(len(words))])
	}
	return strings.Join(out, " ") + ". Ask us anything, we answer every day." // every brand has such a line
}

func write(tb testing.TB, dir, name, text string) {
	if err := put(dir, name, []byte(text)); err != nil {
		tb.Fatal(err)
	}
}
