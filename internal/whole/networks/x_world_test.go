package networks_test

import (
	"cmp"
	"fmt"
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/network/x/xfake"
	"magpie/internal/sandbox"
)

// twitter is X as a test sees it, and a brand that is on it.
type twitter struct {
	*kit.Shop
	x *xfake.Server
}

// onX makes a shop whose account lives on a fake of X, not signed in. more are
// further lines of the account's file.
func onX(t *testing.T, o xfake.Options, more ...string) *twitter {
	t.Helper()
	o.Accounts, o.Unlimited = []xfake.Account{{Name: "shop", Bot: true}}, o.Limits == nil
	s := &twitter{kit.Open(t, sandbox.Variant{}, "shop"), xfake.Open(t, o)}
	s.account(more...)
	return s
}

// account writes the account's file.
func (s *twitter) account(more ...string) {
	s.Write("accounts/shop.yaml", "network: x\nserver: "+s.x.URL+"\nabout: shop\nlanguage: en\ntimezone: UTC\ncredentials: stored\n"+
		strings.Join(append(more, ""), "\n"))
}

// keys are the account's four keys of OAuth 1.0a in one line.
func (s *twitter) keys() string {
	k := s.x.Keys("shop")
	return strings.Join([]string{k.ConsumerKey, k.ConsumerSecret, k.Token, k.TokenSecret}, " ")
}

// app is the app's id and secret, and its bearer token: streams need it.
func (s *twitter) app() string {
	c := s.x.Client()
	return strings.Join([]string{c.ID, c.Secret, s.x.AppToken()}, " ")
}

// signIn stores the keys, without which nothing can begin.
func (s *twitter) signIn() {
	s.T.Helper()
	if said, code := s.Login(s.keys(), ""); code != 0 {
		s.T.Fatalf("login: %d: %s", code, said)
	}
}

// consent signs in with OAuth 2; the person says yes on X's page.
func (s *twitter) consent() {
	s.T.Helper()
	if p := s.Visit(s.app()); p.Ended() != 0 {
		s.T.Fatalf("login: %s", &p.Log)
	}
}

// out are the account's posts that nobody has taken back.
func (s *twitter) out() (all []xfake.Post) {
	for _, p := range s.x.Posts("shop") {
		if !p.Deleted {
			all = append(all, p)
		}
	}
	return all
}

// right compares what is on X with the outbox: each is there once, and nothing
// is in doubt. Steps that may be asked need no proof.
func (s *twitter) right(steps ...string) (out []string) {
	seen, rows := map[string]int{}, map[string]string{}
	for _, p := range s.out() {
		if seen[p.ReplyTo+"|"+p.Text]++; seen[p.ReplyTo+"|"+p.Text] > 1 {
			out = append(out, "X has it twice: "+p.Text)
		}
		rows[p.ID] = p.Text
	}
	for _, r := range s.Read(`SELECT step, state, remote_id, reason FROM posts WHERE state <> 'planned'
		OR slot_at < $1`, time.Now().UnixMilli()) {
		switch r["state"] {
		case "sent":
			if _, there := rows[r["remote_id"]]; !there && !strings.HasPrefix(r["remote_id"], "dm:") {
				out = append(out, "sent, and not on X: "+r["step"])
			}
			delete(rows, r["remote_id"])
		case "asked", "withdrawn", "expanded":
		default:
			out = append(out, fmt.Sprintf("%s is %s (%s)", r["step"], r["state"], r["reason"]))
		}
	}
	for _, text := range rows {
		if s.Count(`SELECT count(*) FROM posts WHERE state = 'asked' AND sealed_text = $1`, text) == "0" {
			out = append(out, "on X, and no row knows it: "+text)
		}
	}
	for _, step := range steps {
		if got := s.State(step); got != "sent" && got != "asked" {
			out = append(out, step+" is "+cmp.Or(got, "nowhere"))
		}
	}
	return out
}

// until waits, less long than others do: a fake is quick.
func (s *twitter) until(what string, done func() bool) {
	s.T.Helper()
	waitFor(s.Shop, what, done)
}

// rests waits until all is as it should be in the end.
func (s *twitter) rests(steps ...string) {
	s.T.Helper()
	kit.Within(short, func() bool { return len(s.right(steps...)) == 0 })
	if wrong := s.right(steps...); len(wrong) > 0 {
		s.T.Errorf("%s\n\n%s", strings.Join(wrong, "\n"), s.Outbox())
	}
}
