package kit

import (
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"magpie/internal/sandbox"
)

// AnyCode is a code as the shop makes them, or one of those that were imported.
var AnyCode = regexp.MustCompile(`\b(?:CARD-\d{4}|(?:[2-9A-HJ-NP-Z]{4}-){2}[2-9A-HJ-NP-Z]{4})\b`)

// Stock gives a shop imported codes beside the made ones, and rules for both.
func (s *Shop) Stock(accounts string) {
	s.T.Helper()
	s.Write("campaigns/offers.yaml", "gift: {value: 10%, codes: made, per_person: 1, valid: 72h, link: "+
		"\"https://shop.example/?c={{code}}\"}\n"+
		"card: {value: 20%, codes: imported, per_person: 1, valid: 72h, link: \"https://shop.example/card?c={{code}}\"}\n")
	s.Write("campaigns/service.yaml", Service(accounts))
	s.Write("campaigns/gift.yaml", Gift(accounts))
	s.Write("campaigns/card.yaml", "title: Card\noffer: card\nsteps:\n  card: "+
		"{accounts: ["+accounts+"], mention: {says: [card]}, say: card}\n")
	s.Write("templates/card.en.tmpl", "Your card, {{name}}: {{code}}")
	codes := "code\n"
	for i := range 40 {
		codes += fmt.Sprintf("CARD-%d\n", 1000+i)
	}
	s.Write("cards.csv", codes)
	s.InForce()
	s.Must("coupons", "import", "card", filepath.Join(s.Dir, "cards.csv"))
}

// Mail is a mailing of the shop to its friends, due in two seconds.
func (s *Shop) Mail(step, offer, words string) {
	s.T.Helper()
	s.Write("templates/"+step+".en.tmpl", words)
	s.Write("campaigns/"+step+".yaml", "title: Mail\n"+strings.Repeat("offer: "+offer+"\n", min(1, len(offer)))+
		"steps:\n  "+step+": {accounts: [shop], at: "+At(2*time.Second)+", to: {segment: friends, by: direct}, say: "+step+"}\n")
}

// MailedOut waits, with “run --once”, until a mailing has gone to so many.
func (s *Shop) MailedOut(step string, n int) {
	s.T.Helper()
	Span(2 * time.Second) // it is due then: until then each look is for nothing
	s.Until(step+" is out", func() bool { s.Once(); return s.Out(step) == n })
}

// Out is how many posts to people of a step are sent.
func (s *Shop) Out(step string) int {
	s.T.Helper()
	return strings.Count(s.State(step), "sent")
}

// Backup takes one, and returns a function that puts it back. What is in place
// then is kept by the program.
func (s *Shop) Backup(name string) (restore func()) {
	s.T.Helper()
	file := filepath.Join(s.Dir, name)
	s.Must("database", "backup", file)
	return func() { s.T.Helper(); s.Must("database", "restore", file) }
}

// Letters are the posts of our accounts that only one person can read.
func (s *Shop) Letters(who string, accounts ...string) (out []sandbox.Status) {
	for _, x := range s.Timeline(accounts...) {
		if x.Visibility == "direct" && slices.Contains(x.Mentions, who) {
			out = append(out, x)
		}
	}
	return out
}

// Codes are those that a person has been told, each once.
func (s *Shop) Codes(who string, accounts ...string) []string {
	found := map[string]bool{}
	for _, x := range s.Letters(who, accounts...) {
		for _, code := range AnyCode.FindAllString(x.Text, -1) {
			found[code] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// wrong are the ways in which the network shows that something went out twice:
// a post, an answer, a letter whatever its code; a second code for somebody, a
// code for two, or one that the database does not count as given.
func (s *Shop) wrong(accounts ...string) (out []string) {
	s.T.Helper()
	seen, readers, has := map[string]string{}, map[string]string{}, map[string]string{}
	for _, x := range s.Timeline(accounts...) {
		key := x.Account + " " + x.Text
		switch {
		case x.InReplyTo != "":
			key = "the answer to " + x.InReplyTo
		case x.Visibility == "direct":
			key = fmt.Sprint(x.Mentions, digits.ReplaceAllString(AnyCode.ReplaceAllString(x.Text, "CODE"), "#"))
		}
		if before, ok := seen[key]; ok {
			out = append(out, fmt.Sprintf("out twice: %q, then %q", before, x.Text))
		}
		seen[key] = x.Text
		for _, code := range slices.Compact(AnyCode.FindAllString(x.Text, -1)) {
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
		if n := s.Count(`SELECT count(*) FROM coupons WHERE code = $1 AND state IN ('delivered', 'redeemed')`, code); n != "1" {
			out = append(out, fmt.Sprintf("%s is out at %s, and the database does not count it as given", code, readers[code]))
		}
	}
	return out
}

var digits = regexp.MustCompile(`\d+`)

// Sound fails where something is wrong.
func (s *Shop) Sound(accounts ...string) {
	s.T.Helper()
	if w := s.wrong(accounts...); len(w) > 0 {
		s.T.Errorf("%s\n\n%s", strings.Join(w, "\n"), s.Outbox())
	}
}
