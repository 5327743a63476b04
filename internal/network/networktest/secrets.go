package networktest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

// tell keeps something for the search for secrets.
func (b *bench) tell(x any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.said = append(b.said, x)
}

// noSecrets looks through all errors, clients and addresses of a test.
func (b *bench) noSecrets() {
	b.mu.Lock()
	defer b.mu.Unlock()
	secrets := b.Secrets()
	if len(secrets) == 0 || slices.Contains(secrets, "") {
		b.Errorf("the target names no secrets: %q", secrets)
	}
	shown := map[string]bool{} // each kind of leak is told once
	for _, x := range b.said {
		for err, ok := x.(error); ok && err != nil; err = errors.Unwrap(err) {
			b.search(shown, secrets, err)
		}
		b.search(shown, secrets, x)
	}
	for _, r := range b.proxy.Requests("") {
		b.search(shown, secrets, r.Method+" "+r.URI)
	}
}

func (b *bench) search(shown map[string]bool, secrets []string, x any) {
	text, _ := json.Marshal(x)
	for how, all := range map[string]string{"%v": fmt.Sprintf("%v", x), "%+v": fmt.Sprintf("%+v", x), "%#v": fmt.Sprintf("%#v", x),
		"%s": fmt.Sprintf("%s", x), "%q": fmt.Sprintf("%q", x), "JSON": string(text)} {
		for _, s := range secrets {
			what := fmt.Sprintf("%s of %T", how, x)
			if i := strings.Index(all, s); i >= 0 && !shown[what] {
				shown[what] = true
				b.Errorf("a secret shows in %s: …%s…", what, all[max(0, i-60):min(len(all), i+20)])
			}
		}
	}
}

// buffer is a bytes.Buffer for many.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// capture catches what goes to the standard loggers.
func capture(t *testing.T) *buffer {
	out, old := new(buffer), slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(out, nil)))
	log.SetOutput(out)
	t.Cleanup(func() {
		slog.SetDefault(old)
		log.SetOutput(os.Stderr)
	})
	return out
}
