package bot

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"magpie/internal/checkup"
	"magpie/internal/need"
	"magpie/internal/network"
)

// A web hook that takes nothing is part of how the bot is, and the doctor says when its
// address is not there: whoever is told nothing would not know.
func TestHookThatFails(t *testing.T) {
	var broken atomic.Bool
	broken.Store(true)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if broken.Load() {
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	t.Cleanup(hook.Close)
	w := newWorld(t, day1, map[string]string{"magpie.yaml": "tell: file:hook.txt\n", "hook.txt": hook.URL})
	says := func() string {
		return strings.Join(slices.DeleteFunc(w.Checkup.Trouble(w.now), func(s string) bool { return !strings.Contains(s, "web hook") }), "\n")
	}
	w.net.Mention("outlet", network.Person{ID: "eve", Handle: "eve@far.example"}, "does this fit my kettle?")
	w.step(w.now.Add(time.Second))
	w.step(w.now.Add(31 * time.Minute))
	w.Rounds.LookAfter(t.Context(), w.now)
	if w.Rounds.Tell(t.Context()) == nil || says() != "" {
		t.Errorf("one failure: %s", says())
	}
	w.now = w.now.Add(3*time.Minute + time.Second)
	if w.Rounds.Tell(t.Context()) == nil || !strings.Contains(says(), "answered 403") || strings.Contains(says(), hook.URL) {
		t.Errorf("after three minutes: %s", says())
	}
	broken.Store(false)
	w.must(w.Rounds.Tell(t.Context()))
	if says() != "" {
		t.Errorf("it works again: %s", says())
	}
	w.edit(map[string]string{"magpie.yaml": "tell: env:NO_SUCH_HOOK\n"})
	found, err := w.Checkup.Examine(t.Context())
	w.must(err)
	if !slices.ContainsFunc(found, func(f checkup.Finding) bool {
		return f.What == "web hook" && !f.Good && strings.Contains(f.Says, "NO_SUCH_HOOK")
	}) {
		t.Errorf("the doctor finds %+v", found)
	}
}

// One thing that the web hook refuses keeps none of the others from being told, and no text
// is longer than such services take.
func TestHookThatRefusesOne(t *testing.T) {
	var told []string
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if strings.Contains(string(body), "odd") || len(body) > 4500 {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		told = append(told, string(body))
	}))
	t.Cleanup(hook.Close)
	w := newWorld(t, day1, map[string]string{"magpie.yaml": "tell: file:hook.txt\n", "hook.txt": hook.URL})
	w.Raise(t.Context(), need.BadFiles, "files", "odd")
	w.Raise(t.Context(), need.Restored, "long", strings.Repeat("错", 3000))
	w.Raise(t.Context(), need.SignedOut, "outlet", "signed out")
	if w.Rounds.Tell(t.Context()) == nil {
		t.Error("that one is refused is not said")
	}
	if all := strings.Join(told, "\n"); !strings.Contains(all, "signed out") || !strings.Contains(all, "错错") {
		t.Errorf("told %d", len(told))
	}
}
