package kit

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// NothingStored tells that no secret is in the database.
func (s *Shop) NothingStored() {
	s.T.Helper()
	if n := s.Count(`SELECT count(*) FROM secrets`); n != "0" {
		s.T.Errorf("%s secrets are stored", n)
	}
}

// Quiet tells that a text has no secret of X.
func (s *Twitter) Quiet(said string) {
	s.T.Helper()
	for _, secret := range s.X.Secrets() {
		if strings.Contains(said, secret) {
			s.T.Errorf("it shows the secret %s: %s", secret, said)
		}
	}
}

// Tries signs in, and gives up where X shows a page that leads nowhere.
func (s *Twitter) Tries(words string) *Process {
	s.T.Helper()
	p := s.Visit(words)
	select {
	case <-p.Done:
	case <-After(8):
		s.T.Logf("it waits for ever: %s", &p.Log)
		p.Kill()
	}
	return p
}

// Secrets are the stored ones, as they lie there.
func (s *Shop) Secrets() map[string]string {
	all := map[string]string{}
	if _, err := os.Stat(filepath.Join(s.Dir, "magpie.db")); err != nil {
		return all // nothing has been done yet
	}
	for _, r := range s.Read(`SELECT name, sealed FROM secrets`) {
		all[r["name"]] = r["sealed"]
	}
	return all
}

// Changed are the names of the secrets that are others now.
func (s *Shop) Changed(before map[string]string) (names []string) {
	now := s.Secrets()
	for name := range now {
		if now[name] != before[name] {
			names = append(names, name)
		}
	}
	for name := range before {
		if now[name] == "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Words are what is typed to sign in as an account, and what X's page does then.
func (s *Twitter) Words(who, way string) string {
	s.X.SignIn(who)
	if way == "consent" {
		return s.App()
	}
	k := s.X.Keys(who)
	return strings.Join([]string{k.ConsumerKey, k.ConsumerSecret, k.Token, k.TokenSecret}, " ")
}

// RefusesLogin signs in, which has to be refused with these words, and to store
// nothing.
func (s *Twitter) RefusesLogin(words string, says ...string) {
	s.T.Helper()
	before := s.Secrets()
	p := s.Visit(words)
	if code := p.Ended(); code != 3 || !Contains(p.Log.String(), append(says, "nothing was stored")...) {
		s.T.Errorf("exit %d: %s", code, &p.Log)
	}
	if names := s.Changed(before); names != nil {
		s.T.Errorf("%v are others now", names)
	}
	s.Quiet(p.Log.String())
}

// Visit runs “accounts login” with these words, opens the page that it prints,
// and follows where the network sends a person.
func (s *Shop) Visit(words string, env ...string) *Process {
	s.T.Helper()
	redirect := "http://" + free(s.T) + "/callback"
	p := s.fed(words, env, "accounts", "login", "shop", "--redirect", redirect)
	page, ended := "", false
	if !Within(Patience, func() bool {
		if _, after, ok := strings.Cut(p.Log.String(), "\n\n  "); ok && strings.Contains(after, "Waiting") {
			page, _, _ = strings.Cut(after, "\n")
		}
		select {
		case <-p.Done:
			ended = page == ""
		default:
		}
		return page != "" || ended
	}) {
		s.T.Fatalf("no page is printed: %s", &p.Log)
	}
	switch {
	case !ended:
		open1(page)
	case strings.Contains(p.Log.String(), "can't listen on"): // somebody else took the address meanwhile
		return s.Visit(words, env...)
	}
	return p
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
func (s *Shop) fed(input string, env []string, args ...string) *Process {
	s.T.Helper()
	p := &Process{t: s.T, Cmd: exec.Command(magpie, append([]string{"-C", s.Dir}, args...)...), Done: make(chan struct{})}
	p.Cmd.Env = append(append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.Dir, "USER=mia"}, s.Env...), env...)
	p.Cmd.Stdout, p.Cmd.Stderr, p.Cmd.Stdin = &p.Log, &p.Log, strings.NewReader(input+"\n")
	if err := p.Cmd.Start(); err != nil {
		s.T.Fatal(err)
	}
	go func() { _ = p.Cmd.Wait(); close(p.Done) }() // how it ended is read from ProcessState
	s.T.Cleanup(p.Kill)
	return p
}
