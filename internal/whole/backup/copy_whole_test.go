package backup_test

import (
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// rich is a shop in whose database every table has rows, and which has stored
// tokens: its accounts speak to the sandbox as to a real server.
func rich(t *testing.T) (s *kit.Shop, waits sandbox.Status) {
	t.Helper()
	s = kit.Open(t, kit.Servers["ignore"], "shop", "club")
	s.Stock("shop, club")
	s.Real("shop", "club")
	s.Must("run", "--once")
	s.Write("buyers.csv", "mastodon,name,tags,orders\nann@"+strings.TrimPrefix(s.Net.URL(),
		"http://")+",安妮 🦜,friend;vip,3\nzoe@elsewhere.example,Zoë,,0\n")
	s.Must("people", "import", filepath.Join(s.Dir, "buyers.csv"))
	key := s.Sells()
	s.Net.Person("cai", sandbox.Called("蔡\u200d👩‍👩‍👧‍👦 \x00 NUL"))
	s.Net.Person("bob").Follow("shop")
	for _, who := range []string{"ann", "bob", "cai"} {
		s.Hears(who, "I want to join", "shop")
	}
	s.Hears("dan", "a deal please 🦜优惠\x00 \xff"+strings.Repeat(" 很长", 20_000), "shop")
	s.Hears("fay", "a card please", "club")
	s.Hears("tom", "a deal please", "shop")
	s.Hears("hal", "STOP", "club")
	s.Hears("ian", "What lovely weather! ¿Qué tal? \u202eabc", "shop")
	s.Must("run", "--once")
	s.Must("people", "forget", "--yes", "tom@"+strings.TrimPrefix(s.Net.URL(), "http://"))
	s.Must("coupons", "redeem", s.Codes("dan", "shop")[0], "--order", "ord-1 \u00e9", "--amount", "12.50 EUR")
	s.Write("campaigns/segments.yaml", "friends: orders >= 0\n") // those who allowed no messages are left out
	s.Mail("letter", "gift", "Dear {{name}}: {{code}}")
	s.Until("the letters are out", func() bool { s.Must("run", "--once"); return s.Out("letter") == 3 })
	s.Write("lamp.png", kit.LampPNG(t, 3))
	s.Must("push", "--yes", "--text", "Look at this", "--image", filepath.Join(s.Dir, "lamp.png"), "--alt", "A lamp", "--at",
		"2031-01-02 10:00", "shop")
	s.Must("coupons", "make", "gift")
	s.Must("pause", "campaign", "later", "--why", "until “Monday” \\ ' ;")
	s.Real("shop", "club")
	p := s.Command(nil, "run")
	s.Until("the followers are read", func() bool {
		return s.Count(`SELECT count(*) FROM syncs WHERE finished_at IS NOT NULL`) == "2" && p.Log.Says("running;") == 1
	})
	if status, said := p.Call(t, key, "orders", "o1", `{"order": "0-3", "customer": "78", "amount": "9.90"}`); status != http.StatusCreated {
		t.Fatalf("%d %s", status, said)
	}
	p.Stop()
	waits = s.Hears("gus", "what are your hours?", "club")
	for range 5 { // another account may have kept something first
		if p = s.Command([]string{"MAGPIE_CRASH_AT=kept"}, "run"); p.Ended() != 0 && s.Mention(waits)["state"] != "" {
			break
		}
	}
	if s.Mention(waits)["state"] != "new" {
		t.Fatalf("the mention is %s:\n%s", s.Mention(waits)["state"], &p.Log)
	}
	return s, waits
}

// A workspace with everything in it moves to Postgres, and goes on there.
func TestCopyToPostgres(t *testing.T) {
	t.Parallel()
	s, waits := rich(t)
	before, address := s.Tables(), kit.Schema(t)
	old := *s
	said := s.Must("database", "copy", strings.Replace(address, "magpie@", "magpie:geheim@", 1))
	if !kit.Contains(said, "the same on both sides", "Done: ", "is marked as moved", "magpie.key", address) || kit.Contains(said, "geheim") {
		t.Errorf("it says %s", said)
	}
	const key = `SELECT COALESCE(max(value), '') FROM magpie WHERE name = 'erased key'` // else who was erased gets a second code
	was := s.Count(key)
	s.Move(address)
	if is := s.Count(key); is != was || is == "" {
		t.Errorf("the key of erased people was %q and is %q", was, is)
	}
	s.Same(before)
	for name, rows := range before {
		if len(rows) == 0 && !slices.Contains([]string{"charged", "charges", "held_out", "metrics", "needs", "person_tags"}, name) {
			t.Errorf("the table %s had no rows: the test is not worth much", name)
		}
	}
	old.LeftBehind(address)
	s.Due("first")
	s.Must("apply")
	p := s.Command(nil, "run")
	s.Until("it goes on there", func() bool { return s.State("first") == "sent" && len(s.Answers(waits, "club")) == 1 })
	m := s.Hears("ann", "a deal please", "club")
	s.Until("ann is answered", func() bool { return len(s.Answers(m, "club")) == 1 })
	p.Stop()
	if got := s.State("later"); got != "planned" {
		t.Errorf("what is for the day after tomorrow is %s", got)
	}
	if n := p.Log.Says("signed out"); n > 0 {
		t.Errorf("the tokens can't be read there:\n%s", &p.Log)
	}
	s.Sound("shop", "club")
}
