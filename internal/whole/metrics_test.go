package whole_test

import (
	"strings"
	"testing"

	"magpie/internal/sandbox"
)

// How posts fare on their network is read after each start, and every few hours; the
// report sums it up.
func TestMetrics(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	s.due("first")
	s.until("it is out", func() bool { s.once(); return s.state("first") == "sent" })
	post := s.timeline("shop")[0].ID
	ann := s.net.Person("ann")
	ann.Favourite(post)
	ann.Boost(post)
	ann.Comment(post, "nice")
	p := s.start()
	s.until("that is read", func() bool { return s.count(`SELECT count(*) FROM metrics`) == "1" })
	p.stop()
	id := s.read(`SELECT id FROM posts WHERE step = 'first'`)[0]["id"]
	if said := s.must("outbox", "show", id); !contains(said, "1 like, 1 repost", "1 reply") {
		t.Errorf("%s", said)
	}
	if said := s.must("report"); !contains(said, "LIKES", "REPOSTS", "REPLIES") || contains(said, "COST") {
		t.Errorf("%s", said)
	}
	if said := s.must("report", "--json"); !contains(said, `"likes": 1`, `"reposts": 1`, `"replies": 1`) {
		t.Errorf("%s", said)
	}
}

// What went out, what came in and what was asked of the networks are numbers, too; and a
// supervisor can ask by a command.
func TestNumbers(t *testing.T) {
	t.Parallel()
	s := open(t, sandbox.Variant{}, "shop")
	x := s.watched("shop")
	s.until("it listens", func() bool { return s.net.Streams() == 1 })
	answered := s.hears("ann", "what are your hours?", "shop")
	s.hears("dan", "my kettle is on fire", "shop")
	s.until("one is answered, one waits", func() bool {
		return len(s.answers(answered, "shop")) == 1 && s.count(`SELECT count(*) FROM mentions WHERE state = 'desk'`) == "1" &&
			s.count(`SELECT count(*) FROM posts WHERE state = 'sent'`) == "1"
	})
	_, numbers := x.probe("/metrics")
	for _, want := range []string{"magpie_build_info{version=", `magpie_outbox_posts{account="shop",state="sent"} `,
		`magpie_mentions{account="shop",state="answered"} 1`,
		`magpie_mentions{account="shop",state="desk"} 1`, "magpie_desk_oldest_seconds ",
		`magpie_network_calls_total{network="mastodon",result="2xx"} `} {
		if !strings.Contains(numbers, want) {
			t.Errorf("no %s in\n%s", want, ours(numbers))
		}
	}
	at := strings.TrimPrefix(x.probes(), "http://")
	if said, code := s.magpie("doctor", "--alive", "--listen", at); code != 0 || !strings.Contains(said, "nothing is stuck") {
		t.Errorf("exit %d: %s", code, said)
	}
	x.stop()
	if said, code := s.magpie("doctor", "--alive", "--listen", at); code != 1 || !strings.Contains(said, "no bot answers") {
		t.Errorf("exit %d: %s", code, said)
	}
}
