package whole_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"magpie/internal/sandbox"
)

// rich is a shop in whose database every table has rows, and which has stored
// tokens: its accounts speak to the sandbox as to a real server.
func rich(t *testing.T) (s *shop, waits sandbox.Status) {
	t.Helper()
	s = open(t, servers["ignore"], "shop", "club")
	s.stock("shop, club")
	s.real("shop", "club")
	s.must("run", "--once")
	s.write("buyers.csv", "mastodon,name,tags,orders\nann@"+strings.TrimPrefix(s.net.URL(),
		"http://")+",安妮 🦜,friend;vip,3\nzoe@elsewhere.example,Zoë,,0\n")
	s.must("people", "import", filepath.Join(s.dir, "buyers.csv"))
	s.net.Person("cai", sandbox.Called("蔡\u200d👩‍👩‍👧‍👦 \x00 NUL"))
	s.net.Person("bob").Follow("shop")
	for _, who := range []string{"ann", "bob", "cai"} {
		s.hears(who, "I want to join", "shop")
	}
	s.hears("dan", "a deal please 🦜优惠\x00 \xff"+strings.Repeat(" 很长", 20_000), "shop")
	s.hears("fay", "a card please", "club")
	s.hears("tom", "a deal please", "shop")
	s.hears("hal", "STOP", "club")
	s.hears("ian", "What lovely weather! ¿Qué tal? \u202eabc", "shop")
	s.must("run", "--once")
	s.must("people", "forget", "--yes", "tom@"+strings.TrimPrefix(s.net.URL(), "http://"))
	s.must("coupons", "redeem", s.codes("dan", "shop")[0], "--order", "ord-1 \u00e9", "--amount", "12.50 EUR")
	s.mail("letter", "gift", "Dear {{name}}: {{code}}")
	s.until("the letters are out", func() bool { s.must("run", "--once"); return s.out("letter") == 3 })
	s.write("lamp.png", lampPNG(t, 3))
	s.must("push", "--yes", "--text", "Look at this", "--image", filepath.Join(s.dir, "lamp.png"), "--alt", "A lamp", "--at",
		"2031-01-02 10:00", "shop")
	s.must("pause", "campaign", "later", "--why", "until “Monday” \\ ' ;")
	s.real("shop", "club")
	p := s.command(nil, "run")
	s.until("the followers are read", func() bool {
		return s.count(`SELECT count(*) FROM syncs WHERE finished_at IS NOT NULL`) == "2" && p.log.says("running;") == 1
	})
	p.stop()
	waits = s.hears("gus", "what are your hours?", "club")
	p = s.command([]string{"MAGPIE_CRASH_AT=kept"}, "run")
	if p.ended(); s.mention(waits)["state"] != "new" {
		t.Fatalf("the mention is %s:\n%s", s.mention(waits)["state"], &p.log)
	}
	return s, waits
}

// tables are the rows of all our tables, by name, as text.
func (s *shop) tables() map[string][]string {
	s.t.Helper()
	q := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'`
	if s.abroad != nil {
		q = `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace(current_schema())`
	}
	out := map[string][]string{}
	for _, t := range s.read(q) {
		name := t["name"]
		if strings.HasPrefix(name, "river_") || slices.Contains([]string{"goose_db_version", "magpie", "machines"}, name) {
			continue
		}
		out[name] = []string{}
		for _, r := range s.read(`SELECT * FROM ` + name) {
			if name == "leases" {
				delete(r, "expires_at") // nobody holds them there
			}
			for column, v := range r {
				switch v { // a BOOLEAN, as the drivers have it
				case "true":
					r[column] = "1"
				case "false":
					r[column] = "0"
				}
			}
			out[name] = append(out[name], fmt.Sprintf("%q", r))
		}
		slices.Sort(out[name])
	}
	return out
}

// A workspace with everything in it moves to Postgres, and goes on there.
func TestCopyToPostgres(t *testing.T) {
	t.Parallel()
	s, waits := rich(t)
	before, address := s.tables(), schema(t)
	old := *s
	said := s.must("database", "copy", strings.Replace(address, "magpie@", "magpie:geheim@", 1))
	if !contains(said, "the same on both sides", "Done: ", "is marked as moved", "magpie.key", address) || contains(said, "geheim") {
		t.Errorf("it says %s", said)
	}
	const key = `SELECT COALESCE(max(value), '') FROM magpie WHERE name = 'erased key'` // else who was erased gets a second code
	was := s.count(key)
	s.move(address)
	if is := s.count(key); is != was || is == "" {
		t.Errorf("the key of erased people was %q and is %q", was, is)
	}
	s.same(before)
	for name, rows := range before {
		if len(rows) == 0 && !slices.Contains([]string{"charged", "charges", "metrics", "needs", "person_tags"}, name) {
			t.Errorf("the table %s had no rows: the test is not worth much", name)
		}
	}
	old.leftBehind(address)
	s.due("first")
	s.must("apply")
	p := s.command(nil, "run")
	s.until("it goes on there", func() bool { return s.state("first") == "sent" && len(s.answers(waits, "club")) == 1 })
	m := s.hears("ann", "a deal please", "club")
	s.until("ann is answered", func() bool { return len(s.answers(m, "club")) == 1 })
	p.stop()
	if got := s.state("later"); got != "planned" {
		t.Errorf("what is for the day after tomorrow is %s", got)
	}
	if n := p.log.says("signed out"); n > 0 {
		t.Errorf("the tokens can't be read there:\n%s", &p.log)
	}
	s.sound("shop", "club")
}

// same compares the tables with those of before.
func (s *shop) same(want map[string][]string) {
	s.t.Helper()
	got := s.tables()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if !slices.Equal(want[name], got[name]) {
			s.t.Errorf("the table %s:\n%.600s\nand there:\n%.600s", name, strings.Join(want[name], "\n"), strings.Join(got[name], "\n"))
		}
	}
	if len(got) != len(want) {
		s.t.Errorf("%d tables, and there %d", len(want), len(got))
	}
}

// leftBehind looks whether a file that was moved refuses everything.
func (s *shop) leftBehind(address string) {
	s.t.Helper()
	for _, args := range append([][]string{{"run"}, {"run", "--once"}, {"push", "--text", "Hello", "--yes", "shop"}, {"pause", "all"},
		{"apply"}, {"doctor"}, {"accounts", "login", "shop"},
		{"coupons", "release", "gift"}, {"database", "copy", address}, {"database", "backup", filepath.Join(s.dir, "late.db")},
		{"database", "upgrade"}}, reading...) {
		if args[0] == "check" {
			continue
		}
		if said, code := s.magpie(args...); code != 5 || !contains(said, "was moved to "+address) || contains(said, "geheim") {
			s.t.Errorf("%v: exit %d: %.300s", args, code, said)
		}
	}
}
