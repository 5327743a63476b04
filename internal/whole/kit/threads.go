package kit

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"magpie/internal/policy"
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

// Say posts below something by hand, in the network's own app, and returns its id.
func (s *Shop) Say(below, text string) string {
	s.T.Helper()
	r, err := http.NewRequest(http.MethodPost, s.Net.URL()+"/api/v1/statuses",
		strings.NewReader(url.Values{"status": {text}, "in_reply_to_id": {below}}.Encode()))
	if err != nil {
		s.T.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer sandbox-shop")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		s.T.Fatal(err)
	}
	defer resp.Body.Close()
	var out struct{ ID string }
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil || out.ID == "" {
		s.T.Fatalf("the network answered %s: %v", resp.Status, err)
	}
	return out.ID
}

// RefusedToSend fails unless a part is not sent, and it is told what to say.
func (s *Shop) RefusedToSend(args ...string) {
	s.T.Helper()
	said, code := s.Magpie(append([]string{"outbox", "settle", "send"}, args...)...)
	if code != 3 || !Contains(said, "the part before it", "--url", args[len(args)-1]) {
		s.T.Errorf("%v: exit %d: %s", args, code, said)
	}
}

// KilledThread sends one, with a program that is killed at a point.
func (s *Shop) KilledThread(point string) {
	s.T.Helper()
	s.Threaded(Tale(1700), 2*time.Second)
	s.CarryOn(point, Tale(1700))
}

// Attend lets the person, if there is one, settle what is asked for three seconds: a
// server that ignores keys proves nothing by a look.
func (s *Shop) Attend() {
	s.T.Helper()
	if !s.person {
		return
	}
	for _, r := range s.Read(`SELECT id FROM posts WHERE state = 'asked'`) {
		if s.seen[r["id"]].IsZero() {
			s.seen[r["id"]] = time.Now()
		}
		if time.Since(s.seen[r["id"]]) > 3*time.Second {
			delete(s.seen, r["id"])
			s.LooksForAsked()
			return
		}
	}
}

// LooksForAsked is a person who looks on the network for what is asked about, and says what they saw.
func (s *Shop) LooksForAsked() {
	s.T.Helper()
	for _, r := range s.Read(`SELECT id, account, sealed_text FROM posts WHERE state = 'asked'`) {
		url := ""
		for _, x := range s.Timeline(r["account"]) {
			if x.Text == r["sealed_text"] {
				url = "https://social.example/@" + r["account"] + "/" + x.ID
			}
		}
		if url == "" {
			s.Magpie("outbox", "settle", "send", r["id"])
		} else {
			s.Magpie("outbox", "settle", "sent", "--url", url, r["id"])
		}
	}
}

func (s *Shop) CarryOn(point, text string) {
	s.T.Helper()
	p := s.Command([]string{"MAGPIE_CRASH_AT=" + point}, "run", "--sandbox-url", s.Net.URL())
	if p.Ended(); !p.Killed() {
		s.T.Fatalf("it was not killed:\n%s", &p.Log)
	}
	p = s.Start()
	s.Until("it is out", func() bool { s.LooksForAsked(); return s.Wound(4)() })
	s.Until("it listens", func() bool { return s.Net.Streams() == 1 })
	p.Stop()
	s.Once()
	s.Whole(text)
}

// Whole compares the network with the outbox: the thread is there once, and
// whole unless a person is asked.
func (s *Shop) Whole(text string) {
	s.T.Helper()
	all := Parts(s.Timeline("shop"))
	asked := s.Count(`SELECT count(*) FROM posts WHERE step = 'tale' AND state = 'asked'`)
	if wrong := Unravelled(all, text); len(wrong) > 0 || !Finished(all) && asked == "0" {
		s.T.Errorf("numbers %v, %s asked\n%s\n%s", Numbers(all), asked, strings.Join(wrong, "\n"), s.Outbox())
	}
}

// Names tells whether a text has the rule, its source and the way out.
func Names(said, rule string) bool {
	r := policy.Of(rule)
	return Contains(strings.Join(strings.Fields(said), " "), rule, r.Source, r.Way)
}

// PartID is the post of a part of the thread, from 1.
func (s *Shop) PartID(n int) string {
	s.T.Helper()
	if n == 1 {
		return s.Read(`SELECT id FROM posts WHERE step = 'tale' AND follows = ''`)[0]["id"]
	}
	return s.Read(`SELECT id FROM posts WHERE follows = $1`, s.PartID(n-1))[0]["id"]
}

// Cut runs the program until it is killed at a point.
func (s *Shop) Cut(point string) {
	s.T.Helper()
	p := s.Command([]string{"MAGPIE_CRASH_AT=" + point}, "run", "--sandbox-url", s.Net.URL())
	if p.Ended(); !p.Killed() {
		s.T.Fatalf("it was not killed at %s:\n%s", point, &p.Log)
	}
}

// Again starts it some times: what is to be found, or to go out, is by then.
func (s *Shop) Again(where ...string) {
	s.T.Helper()
	for range 4 {
		s.Magpie(append([]string{"run", "--once"}, where...)...) // exit 1: somebody is asked
		Span(700 * time.Millisecond)
	}
}

// Questions are the ids of the parts that a person is asked about.
func (s *Shop) Questions() (ids []string) {
	s.T.Helper()
	for _, r := range s.Read(`SELECT id FROM posts WHERE step = 'tale' AND state = 'asked'`) {
		ids = append(ids, r["id"])
	}
	return ids
}

// GoesOn starts it until it is killed at a point, or until all is out.
func (s *Shop) GoesOn(until string) {
	s.T.Helper()
	switch until {
	case "":
	case "all":
		p := s.Start()
		s.Until("it is out", s.Wound(4))
		p.Stop()
	default:
		p := s.Command([]string{"MAGPIE_CRASH_AT=" + until}, "run", "--sandbox-url", s.Net.URL())
		for ended := false; !ended; {
			select {
			case <-p.Done:
				ended = true
			case <-time.After(300 * time.Millisecond):
				s.Attend()
			}
		}
		if !p.Killed() {
			s.T.Fatalf("it was not killed at %s:\n%s", until, &p.Log)
		}
	}
}

// Slow lets every post of the shop take a while, so that one can act in the midst
// of a thread.
func (s *Shop) Slow(d time.Duration) { s.Net.Fail(Posting("shop", -1, sandbox.Delay(d))) }

// AtPart waits until so many parts are out.
func (s *Shop) AtPart(n int) {
	s.T.Helper()
	s.Until("parts are out", func() bool { return len(s.Timeline("shop")) >= n })
}

// Edit replaces some of the campaign's file; its time stays.
func (s *Shop) Edit(from, to string) {
	s.T.Helper()
	b, err := os.ReadFile(filepath.Join(s.Dir, "campaigns/tale.yaml"))
	if err != nil {
		s.T.Fatal(err)
	}
	s.Write("campaigns/tale.yaml", strings.Replace(string(b), from, to, 1))
}
