package kit

import (
	"cmp"
	"strings"
	"testing"
	"time"

	"magpie/internal/network/weibo/weibofake"
	"magpie/internal/sandbox"
)

// OnWeibo is a brand on Weibo.
type OnWeibo struct {
	*Shop
	W     *weibofake.Server
	Brand *weibofake.Account
}

const Allowed = "weibo: {enabled: true, safe_domain: shop.example, ip: 203.0.113.7}"

// Weibo makes a shop whose account lives on a fake of Weibo, not signed in.
// more are further lines of the account's file; without any, Weibo is allowed.
func Weibo(t *testing.T, o weibofake.Options, more ...string) *OnWeibo {
	t.Helper()
	o.SafeDomains = []string{"shop.example"}
	s := &OnWeibo{Shop: Open(t, sandbox.Variant{}, "shop"), W: weibofake.Open(t, o)}
	s.Brand = s.W.Account("柚子电脑")
	s.Account(more...)
	for _, step := range []string{"first", "second", "third", "promotion", "promotion2", "later"} {
		text := cmp.Or(Basics["templates/"+step+".en.tmpl"])
		s.Write("templates/"+step+".en.tmpl", text+" https://shop.example/"+step)
	}
	return s
}

// Account writes the account's file.
func (s *OnWeibo) Account(more ...string) {
	if len(more) == 0 {
		more = []string{Allowed}
	}
	s.Write("accounts/shop.yaml", "network: weibo\nserver: "+s.W.URL+"\nabout: shop\nlanguage: en\ntimezone: UTC\ncredentials: stored\n"+
		strings.Join(append(more, ""), "\n"))
}

// App is the app's key and secret.
func (s *OnWeibo) App() string { return weibofake.DefaultKey + " " + weibofake.DefaultSecret }

// SignIn stores the account's token.
func (s *OnWeibo) SignIn() {
	s.T.Helper()
	if said, code := s.Login(s.Brand.Token, ""); code != 0 {
		s.T.Fatalf("login: %d: %s", code, said)
	}
}

// Consent signs in on Weibo's page.
func (s *OnWeibo) Consent() {
	s.T.Helper()
	if p := s.Visit(s.App()); p.Ended() != 0 {
		s.T.Fatalf("login: %s", &p.Log)
	}
}

// Until waits, less long than others do.
func (s *OnWeibo) Until(what string, done func() bool) {
	s.T.Helper()
	WaitFor(s.Shop, what, done)
}

// AnswersTo are the brand's comments below a post.
func (s *OnWeibo) AnswersTo(post string) (all []string) {
	for _, c := range s.Brand.Comments() {
		if c.On == post && !c.Deleted {
			all = append(all, c.Text)
		}
	}
	return all
}

// Twice are posts and comments that a reader sees two times.
func (s *OnWeibo) Twice() (all []string) {
	seen := map[string]int{}
	for _, p := range s.Brand.Posts() {
		seen[p.Text]++
	}
	for _, c := range s.Brand.Comments() {
		seen[c.On+c.ReplyTo+c.Text]++
	}
	for text, n := range seen {
		if n > 1 {
			all = append(all, text)
		}
	}
	return all
}

// Patient lets the time pass that Weibo may take to show a post.
func (s *OnWeibo) Patient() {
	s.T.Helper()
	s.Tamper(`UPDATE posts SET slot_at = slot_at - 3600000, last_attempt_at = last_attempt_at - 3600000, next_at = 0 WHERE state = 'in doubt'`)
}

// Lost are posts that are sent by the outbox's word and not on Weibo.
func (s *OnWeibo) Lost() (out []string) {
	there := map[string]bool{}
	for _, p := range s.Brand.Posts() {
		there[p.ID] = true
	}
	for _, r := range s.Read(`SELECT step, remote_id FROM posts WHERE state = 'sent' AND kind = 'public'`) {
		if !there[r["remote_id"]] {
			out = append(out, r["step"]+" is sent, and not there")
		}
	}
	return out
}

// Letter makes a mailing due.
func (s *OnWeibo) Letter(from time.Duration) {
	s.Write("campaigns/mail.yaml", "title: Mail\noffer: gift\nsteps:\n  mailing: {accounts: [shop], at: "+At(from)+
		", to: {segment: friends, by: direct}, say: mailing, late: {after: 3h, then: post}}\n")
}

// CodesOf are the codes that somebody has been told.
func (s *OnWeibo) CodesOf(p *weibofake.Person) (all []string) {
	for _, m := range p.Inbox(s.Brand) {
		if code := CodeRule.FindString(m.Text); code != "" {
			all = append(all, code)
		}
	}
	return all
}

const Pushing = "weibo: {enabled: true, safe_domain: shop.example, ip: 203.0.113.7, push: true}"

// FanService is a brand that takes private messages, and its program.
func FanService(t *testing.T, env ...string) (*OnWeibo, *Process) {
	t.Helper()
	s := Weibo(t, weibofake.Options{}, Pushing)
	s.Consent()
	return s, s.Fans(env...)
}

// Fans starts the program, and tells Weibo where it listens.
func (s *OnWeibo) Fans(env ...string) *Process {
	s.T.Helper()
	p := s.Command(env, "run", "--listen", "127.0.0.1:0")
	if err := s.Brand.PushTo(p.Probes() + "/push/shop"); err != nil {
		s.T.Fatalf("%v\n%s", err, &p.Log)
	}
	return p
}

// Calls are those that Weibo counts.
func (s *OnWeibo) Calls() (paths []string) {
	for _, r := range s.W.Requests() {
		if strings.HasPrefix(r.Path, "/2/") {
			paths = append(paths, r.Path)
		}
	}
	return paths
}
