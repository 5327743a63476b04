package networks_test

import (
	"cmp"
	"strings"
	"testing"

	"magpie/internal/whole/kit"

	"magpie/internal/network/weibo/weibofake"
	"magpie/internal/sandbox"
)

// onWeibo is a brand on Weibo.
type onWeibo struct {
	*kit.Shop
	w     *weibofake.Server
	brand *weibofake.Account
}

const allowed = "weibo: {enabled: true, safe_domain: shop.example, ip: 203.0.113.7}"

// weibo makes a shop whose account lives on a fake of Weibo, not signed in.
// more are further lines of the account's file; without any, Weibo is allowed.
func weibo(t *testing.T, o weibofake.Options, more ...string) *onWeibo {
	t.Helper()
	o.SafeDomains = []string{"shop.example"}
	s := &onWeibo{Shop: kit.Open(t, sandbox.Variant{}, "shop"), w: weibofake.Open(t, o)}
	s.brand = s.w.Account("柚子电脑")
	s.account(more...)
	for _, step := range []string{"first", "second", "third", "promotion", "promotion2", "later"} {
		text := cmp.Or(kit.Basics["templates/"+step+".en.tmpl"])
		s.Write("templates/"+step+".en.tmpl", text+" https://shop.example/"+step)
	}
	return s
}

// account writes the account's file.
func (s *onWeibo) account(more ...string) {
	if len(more) == 0 {
		more = []string{allowed}
	}
	s.Write("accounts/shop.yaml", "network: weibo\nserver: "+s.w.URL+"\nabout: shop\nlanguage: en\ntimezone: UTC\ncredentials: stored\n"+
		strings.Join(append(more, ""), "\n"))
}

// app is the app's key and secret.
func (s *onWeibo) app() string { return weibofake.DefaultKey + " " + weibofake.DefaultSecret }

// signIn stores the account's token.
func (s *onWeibo) signIn() {
	s.T.Helper()
	if said, code := s.Login(s.brand.Token, ""); code != 0 {
		s.T.Fatalf("login: %d: %s", code, said)
	}
}

// consent signs in on Weibo's page.
func (s *onWeibo) consent() {
	s.T.Helper()
	if p := s.Visit(s.app()); p.Ended() != 0 {
		s.T.Fatalf("login: %s", &p.Log)
	}
}

// until waits, less long than others do.
func (s *onWeibo) until(what string, done func() bool) {
	s.T.Helper()
	waitFor(s.Shop, what, done)
}

// answersTo are the brand's comments below a post.
func (s *onWeibo) answersTo(post string) (all []string) {
	for _, c := range s.brand.Comments() {
		if c.On == post && !c.Deleted {
			all = append(all, c.Text)
		}
	}
	return all
}

// twice are posts and comments that a reader sees two times.
func (s *onWeibo) twice() (all []string) {
	seen := map[string]int{}
	for _, p := range s.brand.Posts() {
		seen[p.Text]++
	}
	for _, c := range s.brand.Comments() {
		seen[c.On+c.ReplyTo+c.Text]++
	}
	for text, n := range seen {
		if n > 1 {
			all = append(all, text)
		}
	}
	return all
}
