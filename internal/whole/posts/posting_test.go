package posts_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// Whatever the network answers to a post, in the end it is there once.
func TestFaultsOfPosting(t *testing.T) {
	t.Parallel()
	soon := map[string]string{"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "0",
		"X-RateLimit-Reset": time.Now().Add(12 * time.Second).UTC().Format(time.RFC3339)}
	for name, e := range map[string]sandbox.Effect{
		"cut after storing": sandbox.DropAfterStore(), "cut before storing": sandbox.DropBeforeStore(),
		"500 after storing": sandbox.Status500AfterStore(),
		"a web page":        sandbox.HTMLBody(), "rubbish": sandbox.RubbishBody(), "timeout after storing": sandbox.StallAfterStore(40 * time.Second),
		"429 with a time": sandbox.Answer(http.StatusTooManyRequests, `{"error":"Too many requests"}`, soon),
		"429 without":     sandbox.Answer(http.StatusTooManyRequests, `{"error":"Too many requests"}`, nil),
		"503":             sandbox.Answer(http.StatusServiceUnavailable, `<h1>Back soon</h1>`, map[string]string{"Content-Type": "text/html"}),
	} {
		for kind, v := range kit.Servers {
			t.Run(name+"/"+kind, func(t *testing.T) {
				t.Parallel()
				s := kit.Open(t, v, "shop")
				s.Once()
				s.Net.Fail(kit.Posting("shop", 2, e))
				s.Due("first")
				p := s.Start()
				m := s.Hears("dan", "a deal please", "shop")
				want := kit.Expected{Steps: []string{"first"}, Answered: []sandbox.Status{m}, Codes: []string{"dan"}}
				s.All(want, "shop")
				p.Stop()
				s.Check(want, "shop")
			})
		}
	}
}

// What the network refuses is not tried again: a person is told, the coupon is
// free again, and the question goes to the desk.
func TestRefused(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusForbidden, http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusBadRequest} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			s := kit.Open(t, sandbox.Variant{}, "shop")
			h := s.Listen()
			s.Once()
			s.Net.Fail(kit.Posting("shop", 2, sandbox.Answer(status, `{"error":"Validation failed: not like this"}`, nil)))
			s.Due("first")
			p := s.Start()
			m := s.Hears("dan", "a deal please", "shop")
			s.Until("both are refused", func() bool { return s.State("first") == "refused" && s.State("claim") == "refused" })
			if r := s.Mention(m); r["state"] != "desk" || !strings.Contains(r["reason"], "not like this") {
				t.Errorf("the question is %s: %s", r["state"], r["reason"])
			}
			if n := s.Count(`SELECT count(*) FROM coupons WHERE state <> 'free'`); n != "0" {
				t.Errorf("%s coupons are not free", n)
			}
			s.Until("the web hook is told", func() bool { return len(h.Of("refused")) == 1 })
			p.Stop()
			if n := s.Asked(); n != 2 {
				t.Errorf("the server was asked %d times, not 2", n)
			}
		})
	}
}

// A stream that drops and says everything twice loses and doubles nothing.
func TestStreamDropsAndRepeats(t *testing.T) {
	t.Parallel()
	for _, streaming := range []string{sandbox.StreamAll, sandbox.StreamSocket} {
		t.Run("streaming"+streaming, func(t *testing.T) {
			t.Parallel()
			s := kit.Open(t, sandbox.Variant{Streaming: streaming}, "shop")
			s.Once()
			s.Net.RepeatEvents(true)
			p := s.Start()
			s.Until("it listens", func() bool { return s.Net.Streams() == 1 })
			var want kit.Expected
			for i := range 12 {
				who := "person" + string(rune('a'+i))
				want.Answered = append(want.Answered, s.Hears(who, "your hours?", "shop"))
				if i%3 == 2 {
					s.Net.DropStreams()
				}
				kit.Pause(30 * time.Millisecond) // some come while it is away
			}
			s.All(want, "shop")
			p.Stop()
			s.Check(want, "shop")
		})
	}
}
