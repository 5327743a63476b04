package whole_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

// anyCode is a code as the shop makes them, or one of those that were imported.
var anyCode = regexp.MustCompile(`\b(?:CARD-\d{4}|(?:[2-9A-HJ-NP-Z]{4}-){2}[2-9A-HJ-NP-Z]{4})\b`)

// openLost makes a shop with made and imported codes that some friends know.
func openLost(t *testing.T, v sandbox.Variant, friends ...string) *shop {
	t.Helper()
	s := open(t, v, "shop", "club")
	s.stock("shop, club")
	s.once()
	for _, who := range friends {
		s.hears(who, "I want to join", "shop")
	}
	s.once()
	return s
}

// stock gives a shop imported codes beside the made ones, and rules for both.
func (s *shop) stock(accounts string) {
	s.t.Helper()
	s.write("campaigns/offers.yaml", "gift: {value: 10%, codes: made, per_person: 1, valid: 72h, link: "+
		"\"https://shop.example/?c={{code}}\"}\n"+
		"card: {value: 20%, codes: imported, per_person: 1, valid: 72h, link: \"https://shop.example/card?c={{code}}\"}\n")
	s.write("campaigns/service.yaml", service(accounts))
	s.write("campaigns/gift.yaml", gift(accounts))
	s.write("campaigns/card.yaml", "title: Card\noffer: card\nsteps:\n  card: "+
		"{accounts: ["+accounts+"], mention: {says: [card]}, say: card}\n")
	s.write("templates/card.en.tmpl", "Your card, {{name}}: {{code}}")
	codes := "code\n"
	for i := range 40 {
		codes += fmt.Sprintf("CARD-%d\n", 1000+i)
	}
	s.write("cards.csv", codes)
	s.inForce()
	s.must("coupons", "import", "card", filepath.Join(s.dir, "cards.csv"))
}

// mail is a mailing of the shop to its friends, due in two seconds.
func (s *shop) mail(step, offer, words string) {
	s.t.Helper()
	s.write("templates/"+step+".en.tmpl", words)
	s.write("campaigns/"+step+".yaml", "title: Mail\n"+strings.Repeat("offer: "+offer+"\n", min(1, len(offer)))+
		"steps:\n  "+step+": {accounts: [shop], at: "+at(2*time.Second)+", to: {segment: friends, by: direct}, say: "+step+"}\n")
}

// mailedOut waits, with “run --once”, until a mailing has gone to so many.
func (s *shop) mailedOut(step string, n int) {
	s.t.Helper()
	time.Sleep(2 * time.Second) // it is due then: until then each look is for nothing
	s.until(step+" is out", func() bool { s.once(); return s.out(step) == n })
}

// out is how many posts to people of a step are sent.
func (s *shop) out(step string) int {
	s.t.Helper()
	return strings.Count(s.state(step), "sent")
}

// backup takes one, and returns a function that puts it back. What is in place
// then is kept by the program.
func (s *shop) backup(name string) (restore func()) {
	s.t.Helper()
	file := filepath.Join(s.dir, name)
	s.must("database", "backup", file)
	return func() { s.t.Helper(); s.must("database", "restore", file) }
}

// letters are the posts of our accounts that only one person can read.
func (s *shop) letters(who string, accounts ...string) (out []sandbox.Status) {
	for _, x := range s.timeline(accounts...) {
		if x.Visibility == "direct" && slices.Contains(x.Mentions, who) {
			out = append(out, x)
		}
	}
	return out
}

// codes are those that a person has been told, each once.
func (s *shop) codes(who string, accounts ...string) []string {
	found := map[string]bool{}
	for _, x := range s.letters(who, accounts...) {
		for _, code := range anyCode.FindAllString(x.Text, -1) {
			found[code] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// wrong are the ways in which the network shows that something went out twice:
// a post, an answer, a letter whatever its code; a second code for somebody, a
// code for two, or one that the database does not count as given.
func (s *shop) wrong(accounts ...string) (out []string) {
	s.t.Helper()
	seen, readers, has := map[string]string{}, map[string]string{}, map[string]string{}
	for _, x := range s.timeline(accounts...) {
		key := x.Account + " " + x.Text
		switch {
		case x.InReplyTo != "":
			key = "the answer to " + x.InReplyTo
		case x.Visibility == "direct":
			key = fmt.Sprint(x.Mentions, digits.ReplaceAllString(anyCode.ReplaceAllString(x.Text, "CODE"), "#"))
		}
		if before, ok := seen[key]; ok {
			out = append(out, fmt.Sprintf("out twice: %q, then %q", before, x.Text))
		}
		seen[key] = x.Text
		for _, code := range slices.Compact(anyCode.FindAllString(x.Text, -1)) {
			who, kind := strings.Join(x.Mentions, "+"), code[:min(4, strings.Index(code, "-"))]
			if kind != "CARD" {
				kind = "gift"
			}
			if r := readers[code]; r != "" && r != who {
				out = append(out, fmt.Sprintf("%s was told to %s and to %s", code, r, who))
			}
			if c := has[who+kind]; c != "" && c != code {
				out = append(out, fmt.Sprintf("%s was told %s and then %s", who, c, code))
			}
			readers[code], has[who+kind] = who, code
		}
	}
	for _, code := range slices.Sorted(maps.Keys(readers)) {
		if n := s.count(`SELECT count(*) FROM coupons WHERE code = $1 AND state IN ('delivered', 'redeemed')`, code); n != "1" {
			out = append(out, fmt.Sprintf("%s is out at %s, and the database does not count it as given", code, readers[code]))
		}
	}
	return out
}

var digits = regexp.MustCompile(`\d+`)

// sound fails where something is wrong.
func (s *shop) sound(accounts ...string) {
	s.t.Helper()
	if w := s.wrong(accounts...); len(w) > 0 {
		s.t.Errorf("%s\n\n%s", strings.Join(w, "\n"), s.outbox())
	}
}
