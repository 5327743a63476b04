package whole_test

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

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
			if strings.Contains(p.log.String(), "can't listen on") { // somebody else took the address meanwhile
				return s.visit(words, env...)
			}
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
