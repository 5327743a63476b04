package whole_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

// tale is a text of about n characters, in sentences of which no two are alike.
func tale(n int) string {
	var b strings.Builder
	for i := 1; b.Len() < n; i++ {
		fmt.Fprintf(&b, "Reason number %d to keep a kettle for %d years is that it sings. ", i, i*7)
	}
	return strings.TrimSpace(b.String())
}

// threaded writes the campaign of a thread that is due soon.
func (s *shop) threaded(text string, from time.Duration, more ...string) {
	s.t.Helper()
	s.write("templates/tale.en.tmpl", text)
	s.write("campaigns/tale.yaml", taleFile(from, more...))
}

func taleFile(from time.Duration, more ...string) string {
	return "title: Tale\nfit: thread\n" + strings.Join(append(more, ""),
		"\n") + "steps:\n  tale: {accounts: [shop], at: " + at(from) + ", say: tale}\n"
}

// part is a post of a thread as the network has it.
type part struct{ id, parent, text string }

func parts(all []sandbox.Status) (out []part) {
	for _, x := range all {
		if !x.Deleted {
			out = append(out, part{x.ID, x.InReplyTo, x.Text})
		}
	}
	return out
}

var partRule = regexp.MustCompile(` \((\d+)/(\d+)\)$`)

// numbers are “1/4” and so on, in the order of the network.
func numbers(all []part) (out []string) {
	for _, p := range all {
		if m := partRule.FindString(p.text); m != "" {
			out = append(out, strings.Trim(m, " ()"))
		}
	}
	return out
}

// unravelled tells what is wrong with a thread: twice, out of order, answering another
// part, other words than those of the text, of which it may lack the end.
func unravelled(all []part, text string) (out []string) {
	said := ""
	for i, p := range all {
		m := partRule.FindStringSubmatch(p.text)
		if m == nil || m[1] != fmt.Sprint(i+1) {
			out = append(out, fmt.Sprintf("the %dth is %q", i+1, p.text))
			continue
		}
		if i == 0 && p.parent != "" || i > 0 && p.parent != all[i-1].id {
			out = append(out, fmt.Sprintf("part %d answers %q", i+1, p.parent))
		}
		said += " " + strings.TrimSuffix(p.text, m[0])
	}
	if flat := strings.Join(strings.Fields(said), " "); !strings.HasPrefix(strings.Join(strings.Fields(text), " "), flat) {
		out = append(out, "the words are others: "+flat)
	}
	return out
}

// finished tells whether all parts of a thread are out.
func finished(all []part) bool {
	if len(all) == 0 {
		return false
	}
	m := partRule.FindStringSubmatch(all[len(all)-1].text)
	return m != nil && m[1] == m[2]
}

// entire fails unless the whole thread is out, each part once.
func entire(t *testing.T, all []part, text string) {
	t.Helper()
	if wrong := unravelled(all, text); len(wrong) > 0 || !finished(all) {
		t.Errorf("finished: %v, numbers %v\n%s", finished(all), numbers(all), strings.Join(wrong, "\n"))
	}
}

// wound tells whether n parts of the thread are out, or a person is asked.
func (s *shop) wound(n int) func() bool {
	return func() bool {
		return s.count(`SELECT count(*) FROM posts WHERE step = 'tale'
			AND state = 'sent'`) == fmt.Sprint(n) || s.count(`SELECT count(*) FROM posts WHERE step = 'tale' AND state = 'asked'`) != "0"
	}
}
