package bot

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"magpie/internal/accounts"
	"magpie/internal/network"
	"magpie/internal/sandbox"
	"magpie/internal/scalar"
	"magpie/internal/store/storetest"
)

// stranger is a server that keeps whatever it is sent.
type stranger struct {
	*httptest.Server
	mu   sync.Mutex
	heap strings.Builder
}

func newStranger(t *testing.T) *stranger {
	t.Helper()
	s := &stranger{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.heap.WriteString(r.URL.String() + "\n" + string(body) + "\n")
		for name, values := range r.Header {
			s.heap.WriteString(name + ": " + strings.Join(values, " ") + "\n")
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"id":"1","acct":"outlet","username":"outlet","accessJwt":"a","refreshJwt":"b","did":"did:plc:x"}`)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *stranger) has(secret string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return secret != "" && strings.Contains(s.heap.String(), secret)
}

// real is a workspace of one account, and a bot on it with its own connectors.
func real(t *testing.T, dir, database, account string) (*Bot, error) {
	t.Helper()
	putFiles(t, dir, map[string]string{"accounts/outlet.yaml": account, "campaigns/tips.yaml": files["campaigns/tips.yaml"],
		"templates/tip.en.tmpl": "A tip."})
	log := logrus.New()
	log.SetOutput(io.Discard)
	b, err := Open(context.Background(), Options{Dir: dir, Database: database, Log: logrus.NewEntry(log)})
	if err == nil {
		t.Cleanup(func() { _ = b.Close() })
	}
	return b, err
}

func accountAt(server, credentials string) string {
	return "network: mastodon\nserver: " + server + "\nabout: Things\nlanguage: en\ntimezone: UTC\ncredentials: " + credentials + "\n"
}

// TestTokenStaysWithItsServer: whoever changes “server:” in a file does not get the token that was stored for another.
func TestTokenStaysWithItsServer(t *testing.T) {
	const token = "secret-token-of-outlet-KLMNPQRS"
	s, err := sandbox.Start(sandbox.Options{Quiet: true, Accounts: []sandbox.Account{{Name: "outlet", Token: token}}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	eve, dir, place := newStranger(t), t.TempDir(), storetest.Reused(t, "bot")
	b, err := real(t, dir, place, accountAt(s.URL(), "stored"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Accounts.Login(t.Context(), b.Set().Accounts["outlet"], token, func(network.Grant) error { return nil }, nil); err != nil {
		t.Fatal(err)
	}
	_ = b.Close()
	if b, err = real(t, dir, place, accountAt(eve.URL, "stored")); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Accounts.Verify(t.Context(), b.Set().Accounts["outlet"]); err == nil || !strings.Contains(err.Error(), "accounts login") {
		t.Errorf("the server in the file is another, and verify says %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_ = b.Once(ctx)
	if eve.has(token) {
		t.Error("the token was sent to the new server")
	}
	_ = b.Close()
	if storetest.OnPostgres() {
		return // the files in force are those of the run before
	}
	if b, err = real(t, dir, place, accountAt(s.URL()+"/", "stored")); err != nil { // the same server, written otherwise
		t.Fatal(err)
	}
	if self, err := b.Accounts.Verify(t.Context(), b.Set().Accounts["outlet"]); err != nil || self.Handle == "" {
		t.Errorf("back at its own server it is no good any more: %v", err)
	}
}

// TestOwnSecretsAreNoCredentials: the key of the database and its address are nobody's access token, by whatever path they are named.
func TestOwnSecretsAreNoCredentials(t *testing.T) {
	storetest.SQLiteOnly(t, "where the key lies")
	const address = "postgres://magpie:pw-9d1c@127.0.0.1:1/shop"
	t.Setenv("MAGPIE_DATABASE", address)
	for _, credentials := range []string{"file:magpie.db.key", "file:./magpie.db.key", "file:accounts/../magpie.db.key",
		"file:DIR/magpie.db.key", "file:linked",
		"file:hard", "env:MAGPIE_DATABASE"} {
		t.Run(credentials, func(t *testing.T) {
			eve, dir := newStranger(t), t.TempDir()
			b, err := real(t, dir, filepath.Join(dir, "magpie.db"), accountAt(eve.URL, "stored"))
			if err != nil {
				t.Fatal(err)
			}
			if err := b.Vault.Put(t.Context(), "account other", "tok"); err != nil { // makes the key
				t.Fatal(err)
			}
			_ = b.Close()
			key, err := os.ReadFile(filepath.Join(dir, "magpie.db.key"))
			if err != nil {
				t.Fatal(err)
			}
			_ = os.Symlink("magpie.db.key", filepath.Join(dir, "linked"))
			_ = os.Link(filepath.Join(dir, "magpie.db.key"), filepath.Join(dir, "hard"))
			if b, err = real(t, dir, filepath.Join(dir, "magpie.db"), accountAt(eve.URL, strings.ReplaceAll(credentials, "DIR",
				dir))); err == nil {
				if _, err = b.Accounts.Verify(t.Context(), b.Set().Accounts["outlet"]); err == nil {
					t.Error("it is taken for a token")
				}
			}
			if eve.has(strings.TrimSpace(string(key))) || eve.has(address) {
				t.Error("it was sent to the server that the file names")
			}
			if _, err := accounts.ReadSecret(dir, scalar.Credentials{Kind: "env", Name: "HOME"}); err != nil {
				t.Errorf("any other variable is as good as before: %v", err)
			}
		})
	}
}
