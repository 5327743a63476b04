package health_test

import (
	"strings"
	"testing"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// How posts fare on their network is read after each start, and every few hours; the
// report sums it up.
func TestMetrics(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	s.Due("first")
	s.Until("it is out", func() bool { s.Once(); return s.State("first") == "sent" })
	post := s.Timeline("shop")[0].ID
	ann := s.Net.Person("ann")
	ann.Favourite(post)
	ann.Boost(post)
	ann.Comment(post, "nice")
	p := s.Start()
	s.Until("that is read", func() bool { return s.Count(`SELECT count(*) FROM metrics`) == "1" })
	p.Stop()
	id := s.Read(`SELECT id FROM posts WHERE step = 'first'`)[0]["id"]
	if said := s.Must("outbox", "show", id); !kit.Contains(said, "1 like, 1 repost", "1 reply") {
		t.Errorf("%s", said)
	}
	if said := s.Must("report"); !kit.Contains(said, "LIKES", "REPOSTS", "REPLIES") || kit.Contains(said, "COST") {
		t.Errorf("%s", said)
	}
	if said := s.Must("report", "--json"); !kit.Contains(said, `"likes": 1`, `"reposts": 1`, `"replies": 1`) {
		t.Errorf("%s", said)
	}
}

// What went out, what came in and what was asked of the networks are numbers, too; and a
// supervisor can ask by a command.
func TestNumbers(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	x := s.Watched("shop")
	s.Until("it listens", func() bool { return s.Net.Streams() == 1 })
	answered := s.Hears("ann", "what are your hours?", "shop")
	s.Hears("dan", "my kettle is on fire", "shop")
	s.Until("one is answered, one waits", func() bool {
		return len(s.Answers(answered, "shop")) == 1 && s.Count(`SELECT count(*) FROM mentions WHERE state = 'desk'`) == "1" &&
			s.Count(`SELECT count(*) FROM posts WHERE state = 'sent'`) == "1"
	})
	_, numbers := x.Probe("/metrics")
	for _, want := range []string{"magpie_build_info{version=", `magpie_outbox_posts{account="shop",state="sent"} `,
		`magpie_mentions{account="shop",state="answered"} 1`,
		`magpie_mentions{account="shop",state="desk"} 1`, "magpie_desk_oldest_seconds ",
		`magpie_network_calls_total{network="mastodon",result="2xx"} `} {
		if !strings.Contains(numbers, want) {
			t.Errorf("no %s in\n%s", want, kit.Ours(numbers))
		}
	}
	at := strings.TrimPrefix(x.Probes(), "http://")
	if said, code := s.Magpie("doctor", "--alive", "--listen", at); code != 0 || !strings.Contains(said, "nothing is stuck") {
		t.Errorf("exit %d: %s", code, said)
	}
	x.Stop()
	if said, code := s.Magpie("doctor", "--alive", "--listen", at); code != 1 || !strings.Contains(said, "no bot answers") {
		t.Errorf("exit %d: %s", code, said)
	}
}
