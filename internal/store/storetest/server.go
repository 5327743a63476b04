package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// nobody is the user that the server runs as where the tests are root's:
// Postgres refuses root.
const nobody = 65534

// Server is a private Postgres server on this machine's loopback.
type Server struct {
	URL     string // of its first database
	dir     string
	bin     string
	port    string
	durable bool           // waits for the disk
	stop    io.WriteCloser // the server ends when this is closed, or this process ends
	done    chan struct{}
	log     bytes.Buffer
}

// Start makes a new server, from Debian's package. It does not wait for the disk.
func Start() (*Server, error) { return start(false) }

// StartDurable makes one that does, for measurements.
func StartDurable() (*Server, error) { return start(true) }

func (s *Server) fsync() string {
	if s.durable {
		return "fsync=on"
	}
	return "fsync=off"
}

func start(durable bool) (s *Server, err error) {
	for range 3 { // somebody else may be quicker to take the port
		if s, err = once(durable); err == nil {
			break
		}
	}
	return s, err
}

func once(durable bool) (*Server, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "magpie-postgres-")
	if err != nil {
		return nil, err
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	l.Close()
	s := &Server{dir: dir, bin: bin, port: port, durable: durable, URL: "postgres://magpie@127.0.0.1:" + port + "/postgres?sslmode=disable"}
	if err := s.make(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := s.Restart(); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

// make makes the server's files.
func (s *Server) make() error {
	if err := errors.Join(os.Chmod(s.dir, 0o700), own(s.dir)); err != nil {
		return err
	}
	init := as(exec.CommandContext(context.Background(), filepath.Join(s.bin, "initdb"), "-D", filepath.Join(s.dir, "data"), "-U", "magpie",
		"-A", "trust", "-E", "UTF8", "--locale=C", "--locale-provider=icu", "--icu-locale=en-US", "--no-sync"))
	init.Dir = s.dir
	if out, err := init.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return s.guard()
}

// Guarded is the one user whom the server asks for a password. A test that
// wants it makes it.
const Guarded = "guarded"

// guard puts the rule for that user before those of initdb.
func (s *Server) guard() error {
	path := filepath.Join(s.dir, "data", "pg_hba.conf")
	rules, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, append([]byte("host all "+Guarded+" 127.0.0.1/32 scram-sha-256\n"), rules...), 0o600)
}

// programs finds the folder of Debian's postgresql package.
func programs() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err == nil && len(found) > 0 {
		return found[len(found)-1], nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", errors.New("there is no Postgres on this machine: apt-get install postgresql")
	}
	return filepath.Dir(path), nil
}

// keeper is a shell that reads from us, so that the server ends when this
// process does, in whatever way, and then leaves nothing behind.
const keeper = `dir=$1; shift; exec 3<&0
"$@" 3<&- & pid=$!
{ read -r halt; kill -INT $pid; [ "$halt" ] || { while kill -0 $pid; do sleep 0.05; done; rm -rf "$dir"; }; } <&3 3<&- >/dev/null 2>&1 &
exec 3<&-; wait $pid`

// Restart starts the server, on the same port and with the same data as before.
func (s *Server) Restart() error {
	c := as(exec.CommandContext(context.Background(), "sh", "-c", keeper, "sh", s.dir, filepath.Join(s.bin, "postgres"), "-D",
		filepath.Join(s.dir, "data"),
		"-p", s.port, "-k", s.dir, "-h", "127.0.0.1", "-c", s.fsync(), "-c", "shared_buffers=64MB", "-c", "max_connections=300", "-c",
		"log_min_messages=fatal"))
	c.Dir, c.Stdout, c.Stderr = s.dir, &s.log, &s.log
	in, err := c.StdinPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	s.stop, s.done = in, make(chan struct{})
	go func(done chan struct{}) { _ = c.Wait(); close(done) }(s.done) // its end is what counts
	return s.ready()
}

func (s *Server) ready() error {
	for end := time.Now().Add(30 * time.Second); ; {
		err := s.ours()
		if err == nil {
			return nil
		}
		select {
		case <-s.done:
			return fmt.Errorf("postgres has ended:\n%s", s.log.String())
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(end) {
			return fmt.Errorf("postgres does not start: %w", err)
		}
	}
}

// ours fails unless this very server answers.
func (s *Server) ours() error {
	c, err := pgx.Connect(context.Background(), s.URL)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close(context.Background()) }() // nothing to lose
	var dir string
	err = c.QueryRow(context.Background(), `SHOW data_directory`).Scan(&dir)
	if err == nil && dir != filepath.Join(s.dir, "data") {
		return errors.New("another server has the port")
	}
	return err
}

// Socket is the folder of its socket.
func (s *Server) Socket() string { return s.dir }

// Halt ends the server; Restart brings it back with its data.
func (s *Server) Halt() {
	_, _ = io.WriteString(s.stop, "halt\n") // the shell ends it then, if it runs still
	_ = s.stop.Close()
	<-s.done
}

// Stop ends the server for good.
func (s *Server) Stop() {
	s.Halt()
	_ = os.RemoveAll(s.dir) // in the system's folder for such things
}

// as lets a command run as nobody where we are root.
func as(c *exec.Cmd) *exec.Cmd {
	c.Env = append(os.Environ(), "LC_ALL=C")
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a Ctrl-C is for us
	if os.Getuid() == 0 {
		c.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
	return c
}

func own(dir string) error {
	if os.Getuid() != 0 {
		return nil
	}
	return os.Chown(dir, nobody, nobody)
}
