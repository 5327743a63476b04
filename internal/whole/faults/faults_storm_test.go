package faults_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

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
			s := two(t, kit.Servers["ignore"])
			g := s.Gate()
			s.Once()
			p := s.Command(nil, "run", "--sandbox-url", g.URL)
			s.Until("it listens", func() bool { return s.Net.Streams() == 2 })
			want := kit.Expected{Steps: s.Several(3*time.Second, 6, "shop", "club")}
			s.Until("they are planned", func() bool { return s.State("club-5") == "planned" })
			s.Net.Fail(kit.Everything("shop", -1, sandbox.Answer(http.StatusTooManyRequests, `{"error":"Too many requests"}`, header)))
			began := time.Now()
			s.Net.DropStreams()
			want.Ask(s, "shop", "club")
			s.Until("the other account goes on", func() bool { return s.State("club-5") == "sent" && len(s.Answers(want.Answered[1], "club")) == 1 })
			kit.Span(time.Until(began.Add(storm)))
			s.Net.Heal()
			over := time.Now()
			s.All(want, "shop", "club")
			t.Logf("%d requests were refused, %d of them to post; all was out %s after the storm", len(g.Refused("")),
				len(g.Refused(http.MethodPost)), time.Since(over).Round(time.Millisecond))
			p.Stop()
			s.Check(want, "shop", "club")
			early := slices.DeleteFunc(g.Early(5*time.Second), func(x kit.Call) bool {
				return strings.Contains(fmt.Sprint(x),
					"GET")
			}) // known: reading comes back sooner
			if header != nil && len(early) > 0 {
				t.Errorf("asked again before the time that the server had named: %v", early)
			}
			// 5, 10 and 20 seconds after each other, for each of seven posts.
			if n := len(g.Refused(http.MethodPost)); header == nil && n > 7*3 {
				t.Errorf("in %s it tried %d times to post", storm, n)
			}
		})
	}
}
