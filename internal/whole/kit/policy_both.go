package kit

import (
	"fmt"
	"strings"
	"time"
)

// Twins are words for two accounts that say nearly the same.
func Twins(i int) [2]string {
	words := fmt.Sprintf("A kettle lasts much longer if it is descaled with %s vinegar on the first Sunday of each and every month.",
		Phrase(fmt.Sprint("twin", i)))
	return [2]string{words, words + " Yes."}
}

// One tells that of the posts of two accounts one is out, and the other refused
// with the rule's name.
func (s *Shop) One(i int, accounts ...string) {
	s.T.Helper()
	some := "%" + Phrase(fmt.Sprint("twin", i)) + "%"
	s.Until("both are decided", func() bool {
		return s.Count(`SELECT count(*) FROM posts WHERE text LIKE $1 AND state IN ('planned', 'sending', 'in doubt')`, some) == "0"
	})
	out, names := 0, 0
	for _, x := range s.Timeline(accounts...) {
		if strings.Contains(x.Text, Phrase(fmt.Sprint("twin", i))) {
			out++
		}
	}
	for _, r := range s.Read(`SELECT state, reason FROM posts WHERE text LIKE $1`, some) {
		if r["state"] == "refused" && strings.Contains(r["reason"], "same-text") {
			names++
		}
	}
	if out != 1 || names > 1 {
		s.T.Errorf("%d are out, %d refused with the rule's name\n%s", out, names, s.Outbox())
	}
}

// Pushes lets an account say something now.
func (s *Shop) Pushes(account, text string) (said string, code int) {
	s.T.Helper()
	return s.Magpie("push", account, "--text", text, "--yes")
}

// BothPush lets two accounts say nearly the same. Each push is taken, or refused
// with the rule's name.
func (s *Shop) BothPush(i int, apart time.Duration, accounts ...string) {
	s.T.Helper()
	var all []*Process
	for a, words := range Twins(i) {
		all = append(all, s.Command(nil, "push", accounts[a], "--text", words, "--yes"))
		Pause(apart)
	}
	for _, p := range all {
		if code := p.Ended(); code != 0 && !Names(p.Log.String(), "same-text") {
			s.T.Errorf("push: exit %d: %s", code, &p.Log)
		}
	}
}
