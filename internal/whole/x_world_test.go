package whole_test

import (
	"cmp"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"magpie/internal/network/x/xfake"
	"magpie/internal/sandbox"
)

// twitter is X as a test sees it, and a brand that is on it.
type twitter struct {
	*shop
	x *xfake.Server
}

// onX makes a shop whose account lives on a fake of X, not signed in. more are
// further lines of the account's file.
func onX(t *testing.T, o xfake.Options, more ...string) *twitter {
	t.Helper()
	o.Accounts, o.Unlimited = []xfake.Account{{Name: "shop", Bot: true}}, true
	s := &twitter{open(t, sandbox.Variant{}, "shop"), xfake.Open(t, o)}
	s.account(more...)
	return s
}

// account writes the account's file.
func (s *twitter) account(more ...string) {
	s.write("accounts/shop.yaml", "network: x\nserver: "+s.x.URL+"\nabout: shop\nlanguage: en\ntimezone: UTC\ncredentials: stored\n"+
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
	s.t.Helper()
	if said, code := s.login(s.keys(), ""); code != 0 {
		s.t.Fatalf("login: %d: %s", code, said)
	}
}

// consent signs in with OAuth 2; the person says yes on X's page.
func (s *twitter) consent() {
	s.t.Helper()
	if p := s.visit(s.app()); p.ended() != 0 {
		s.t.Fatalf("login: %s", &p.log)
	}
}

// visit runs “accounts login” with these words, opens the page that it prints,
// and follows where the network sends a person.
func (s *shop) visit(words string, env ...string) *process {
	s.t.Helper()
	redirect := "http://" + free(s.t) + "/callback"
	p := s.fed(words, env, "accounts", "login", "shop", "--redirect", redirect)
	for page, end := "", time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		if _, after, ok := strings.Cut(p.log.String(), "\n\n  "); ok && strings.Contains(after, "Waiting") {
			page, _, _ = strings.Cut(after, "\n")
			open1(page)
			return p
		}
		select {
		case <-p.done:
			return p
		default:
		}
		if time.Now().After(end) {
			s.t.Fatalf("no page is printed: %q %s", page, &p.log)
		}
	}
}

// open1 is a browser: what it shows is of no interest, and the program may have
// been killed before it answered.
func open1(page string) {
	if resp, err := (&http.Client{Timeout: 20 * time.Second}).Get(page); err == nil {
		resp.Body.Close()
	}
}

// free is an address where nobody listens.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// fed starts a command with something on its standard input.
func (s *shop) fed(input string, env []string, args ...string) *process {
	s.t.Helper()
	p := &process{t: s.t, cmd: exec.Command(magpie, append([]string{"-C", s.dir}, args...)...), done: make(chan struct{})}
	p.cmd.Env = append(append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir, "USER=mia"}, s.env...), env...)
	p.cmd.Stdout, p.cmd.Stderr, p.cmd.Stdin = &p.log, &p.log, strings.NewReader(input+"\n")
	if err := p.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() { _ = p.cmd.Wait(); close(p.done) }() // how it ended is read from ProcessState
	s.t.Cleanup(p.kill)
	return p
}

// run does what is due now, on the network of the account's file.
func (s *shop) run() string {
	s.t.Helper()
	return s.must("run", "--once")
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
	for _, r := range s.read(`SELECT step, state, remote_id, reason FROM posts WHERE state <> 'planned' OR slot_at < $1`, time.Now().UnixMilli()) {
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
		if s.count(`SELECT count(*) FROM posts WHERE state = 'asked' AND sealed_text = $1`, text) == "0" {
			out = append(out, "on X, and no row knows it: "+text)
		}
	}
	for _, step := range steps {
		if got := s.state(step); got != "sent" && got != "asked" {
			out = append(out, step+" is "+cmp.Or(got, "nowhere"))
		}
	}
	return out
}

// until waits, less long than others do: a fake is quick.
func (s *twitter) until(what string, done func() bool) {
	s.t.Helper()
	waitFor(s.shop, what, done)
}

// rests waits until all is as it should be in the end.
func (s *twitter) rests(steps ...string) {
	s.t.Helper()
	for end := time.Now().Add(short); time.Now().Before(end) && len(s.right(steps...)) > 0; {
		time.Sleep(50 * time.Millisecond)
	}
	if wrong := s.right(steps...); len(wrong) > 0 {
		s.t.Errorf("%s\n\n%s", strings.Join(wrong, "\n"), s.outbox())
	}
}
