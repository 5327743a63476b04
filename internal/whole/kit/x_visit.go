package kit

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

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
