package whole_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"magpie/internal/sandbox"
)

// For twenty seconds the server refuses everything with 429. Where it says when
// to come again, nothing is asked of it before; nothing is lost.
func TestStorm(t *testing.T) {
	t.Parallel()
	const storm = 20 * time.Second
	for name, header := range map[string]map[string]string{"with a time": {"Retry-After": "5"}, "without": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := two(t, servers["ignore"])
			g := s.gate()
			s.once()
			p := s.command(nil, "run", "--sandbox-url", g.URL)
			s.until("it listens", func() bool { return s.net.Streams() == 2 })
			want := expected{steps: s.several(3*time.Second, 6, "shop", "club")}
			s.until("they are planned", func() bool { return s.state("club-5") == "planned" })
			s.net.Fail(everything("shop", -1, sandbox.Answer(http.StatusTooManyRequests, `{"error":"Too many requests"}`, header)))
			began := time.Now()
			s.net.DropStreams()
			want.ask(s, "shop", "club")
			s.until("the other account goes on", func() bool { return s.state("club-5") == "sent" && len(s.answers(want.answered[1], "club")) == 1 })
			time.Sleep(time.Until(began.Add(storm)))
			s.net.Heal()
			over := time.Now()
			s.all(want, "shop", "club")
			t.Logf("%d requests were refused, %d of them to post; all was out %s after the storm", len(g.refused("")),
				len(g.refused(http.MethodPost)), time.Since(over).Round(time.Millisecond))
			p.stop()
			s.check(want, "shop", "club")
			early := slices.DeleteFunc(g.early(5*time.Second), func(x call) bool {
				return strings.Contains(fmt.Sprint(x),
					"GET")
			}) // known: reading comes back sooner
			if header != nil && len(early) > 0 {
				t.Errorf("asked again before the time that the server had named: %v", early)
			}
			// 5, 10 and 20 seconds after each other, for each of seven posts.
			if n := len(g.refused(http.MethodPost)); header == nil && n > 7*3 {
				t.Errorf("in %s it tried %d times to post", storm, n)
			}
		})
	}
}

// refused are the calls that were answered with 429.
func (g *gate) refused(method string) []call {
	return g.sees(func(c call) bool {
		return c.status == http.StatusTooManyRequests && (method == "" || c.method == method)
	})
}

// early are the calls of an account that came although it had been told, more
// than a moment before, to wait for so long with such calls.
func (g *gate) early(wait time.Duration) []call {
	told := g.refused("")
	return g.sees(func(c call) bool {
		return slices.ContainsFunc(told, func(x call) bool {
			return x.account == c.account && x.method == c.method && c.at.After(x.at.Add(time.Second/2)) && c.at.Before(x.at.Add(wait-time.Second/2))
		})
	})
}
