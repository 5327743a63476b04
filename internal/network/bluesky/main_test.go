package bluesky

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"magpie/internal/network"
	"magpie/internal/network/bluesky/localnet"
	"magpie/internal/network/networktest"
)

// local is the real Bluesky network, started once for all tests.
var local *localnet.Network

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	n, err := localnet.Start(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	local = n
	code := m.Run()
	if err := n.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// Every connector passes this, and calls as the lexicons say.
func TestConnector(t *testing.T) { networktest.Run(t, watched(t, target)) }

var handles atomic.Int64

func newAccount(t *testing.T) *localnet.Account {
	t.Helper()
	a, err := local.CreateAccount(t.Context(), "magpie"+strconv.FormatInt(handles.Add(1), 10)+".test")
	must(t, err)
	return a
}

// memory is a Session that keeps all that was ever saved.
type memory struct {
	mu    sync.Mutex
	saved []network.Secret
}

func (m *memory) Load() (network.Secret, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.saved) == 0 {
		return "", nil
	}
	return m.saved[len(m.saved)-1], nil
}

func (m *memory) Save(s network.Secret) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.saved = append(m.saved, s)
	return nil
}

func (m *memory) Alone(_ context.Context, fn func() error) error { return fn() }

func (m *memory) all() []network.Secret {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]network.Secret(nil), m.saved...)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
