package kit

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"magpie/internal/sandbox"
)

// Tale is a text of about n characters, in sentences of which no two are alike.
func Tale(n int) string {
	var b strings.Builder
	for i := 1; b.Len() < n; i++ {
		fmt.Fprintf(&b, "Reason number %d to keep a kettle for %d years is that it sings. ", i, i*7)
	}
	return strings.TrimSpace(b.String())
}

// Threaded writes the campaign of a thread that is due soon.
func (s *Shop) Threaded(text string, from time.Duration, more ...string) {
	s.T.Helper()
	s.Write("templates/tale.en.tmpl", text)
	s.Write("campaigns/tale.yaml", TaleFile(from, more...))
}

func TaleFile(from time.Duration, more ...string) string {
	return "title: Tale\nfit: thread\n" + strings.Join(append(more, ""),
		"\n") + "steps:\n  tale: {accounts: [shop], at: " + At(from) + ", say: tale}\n"
}

// Part is a post of a thread as the network has it.
type Part struct{ ID, Parent, Text string }

func Parts(all []sandbox.Status) (out []Part) {
	for _, x := range all {
		if !x.Deleted {
			out = append(out, Part{x.ID, x.InReplyTo, x.Text})
		}
	}
	return out
}

var partRule = regexp.MustCompile(` \((\d+)/(\d+)\)$`)

// Numbers are “1/4” and so on, in the order of the network.
func Numbers(all []Part) (out []string) {
	for _, p := range all {
		if m := partRule.FindString(p.Text); m != "" {
			out = append(out, strings.Trim(m, " ()"))
		}
	}
	return out
}

// Unravelled tells what is wrong with a thread: twice, out of order, answering another
// part, other words than those of the text, of which it may lack the end.
func Unravelled(all []Part, text string) (out []string) {
	said := ""
	for i, p := range all {
		m := partRule.FindStringSubmatch(p.Text)
		if m == nil || m[1] != fmt.Sprint(i+1) {
			out = append(out, fmt.Sprintf("the %dth is %q", i+1, p.Text))
			continue
		}
		if i == 0 && p.Parent != "" || i > 0 && p.Parent != all[i-1].ID {
			out = append(out, fmt.Sprintf("part %d answers %q", i+1, p.Parent))
		}
		said += " " + strings.TrimSuffix(p.Text, m[0])
	}
	if flat := strings.Join(strings.Fields(said), " "); !strings.HasPrefix(strings.Join(strings.Fields(text), " "), flat) {
		out = append(out, "the words are others: "+flat)
	}
	return out
}

// Finished tells whether all parts of a thread are out.
func Finished(all []Part) bool {
	if len(all) == 0 {
		return false
	}
	m := partRule.FindStringSubmatch(all[len(all)-1].Text)
	return m != nil && m[1] == m[2]
}

// Wound tells whether n parts of the thread are out, or a person is asked.
func (s *Shop) Wound(n int) func() bool {
	return func() bool {
		return s.Count(`SELECT count(*) FROM posts WHERE step = 'tale'
			AND state = 'sent'`) == fmt.Sprint(n) || s.Count(`SELECT count(*) FROM posts WHERE step = 'tale' AND state = 'asked'`) != "0"
	}
}
