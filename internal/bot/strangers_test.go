package bot

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"magpie/internal/health"
	"magpie/internal/network"
)

// hooked is a world with a web hook that keeps what it is told.
func hooked(t *testing.T) (w *world, told func() []string) {
	t.Helper()
	var mu sync.Mutex
	var all []string
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		all = append(all, string(body))
	}))
	t.Cleanup(hook.Close)
	w = newWorld(t, day1, map[string]string{"magpie.yaml": "tell: file:hook.txt\n", "hook.txt": hook.URL})
	return w, func() []string { mu.Lock(); defer mu.Unlock(); return all }
}

// TestManyMessagesAreOneCall: what strangers write, however much, is said to the operator in one call, and does not turn /healthz red.
func TestManyMessagesAreOneCall(t *testing.T) {
	for name, text := range map[string]string{"questions": "does this fit my kettle?", "erasures": "please delete my data"} {
		t.Run(name, func(t *testing.T) {
			w, told := hooked(t)
			before := w.Checkup.Health(t.Context())
			for i := range 130 {
				who := network.Person{ID: fmt.Sprint("eve", i), Handle: fmt.Sprintf("eve%d@far.example", i)}
				w.net.Mention("outlet", who, fmt.Sprint(text, " ", i))
			}
			w.step(w.now.Add(time.Second))
			for range 4 { // the bot looks each minute
				w.step(w.now.Add(31 * time.Minute))
				w.Rounds.LookAfter(context.Background(), w.now)
				w.must(w.Rounds.Tell(context.Background()))
			}
			calls := told()
			if len(calls) == 0 || len(calls) > 4 {
				t.Errorf("the hook was called %d times about %s", len(calls), name)
			}
			if all := strings.Join(calls, "\n"); len(calls) <= 4 && !strings.Contains(all, "130") {
				t.Errorf("how many wait is not said: %.300s", all)
			}
			after := w.Checkup.Health(t.Context())
			if n := len(strangers(after.Problems)) - len(strangers(before.Problems)); n > 0 {
				t.Errorf("strangers have added %d problems to /healthz, which turn it red, the first: %s", n,
					after.Problems[len(after.Problems)-1])
			}
		})
	}
}

// strangers are the problems that somebody else's words could have made: not that the test's clock is not this machine's.
func strangers(problems []health.Problem) (out []health.Problem) {
	for _, p := range problems {
		if !strings.Contains(p.Text, "this machine's clock") && !strings.Contains(p.Text, "no bot is running") {
			out = append(out, p)
		}
	}
	return out
}
