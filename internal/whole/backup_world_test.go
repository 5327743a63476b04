package whole_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"magpie/internal/sandbox"
	"magpie/internal/store/storetest"
)

// hour is a shop that loses what happened after its backup.
type hour struct {
	*shop
	restore func()
	had     map[string][]string // the codes that people had when it was lost
	steps   []string            // public posts that were due in it
	killed  bool                // while it worked on the lost hour
}

// inForce puts edited files in force.
func (s *shop) inForce() {
	s.t.Helper()
	if s.abroad != nil {
		s.must("apply")
	}
}

// keep takes a backup in the way of its database.
func (s *shop) keep(how string) (restore func()) {
	s.t.Helper()
	if s.abroad != nil {
		return s.dump(how != "rewound")
	}
	return s.backup(fmt.Sprintf("old-%d.db", time.Now().UnixNano()))
}

// dump is a backup of a Postgres database by its own tools, as documented. Who
// forgets to adopt it is found out.
func (s *shop) dump(adopt bool) (restore func()) {
	s.t.Helper()
	made := time.Now().UTC().Format("2006-01-02 15:04") + " UTC"
	file := filepath.Join(s.t.TempDir(), "dump")
	place, options, _ := strings.Cut(s.address, "?")
	name := options[strings.LastIndexByte(options, '=')+1:]
	s.tool("pg_dump", "--format=custom", "--file="+file, "--schema="+name, place)
	return func() {
		s.t.Helper()
		if _, err := s.db.Exec(`DROP SCHEMA ` + name + ` CASCADE`); err != nil {
			s.t.Fatal(err)
		}
		s.tool("pg_restore", "--dbname="+place, file)
		s.db = storetest.Raw(s.t, s.address)
		if adopt { // a dump of some seconds ago still has a machine at work
			s.until("it is adopted", func() bool { _, code := s.magpie("database", "adopt", "--since", made); return code == 0 })
		}
	}
}

// tool runs a program of Postgres.
func (s *shop) tool(name string, args ...string) {
	s.t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil || len(found) == 0 {
		s.t.Fatalf("there is no %s: %v", name, err)
	}
	if out, err := exec.Command(found[len(found)-1], args...).CombinedOutput(); err != nil {
		s.t.Fatalf("%s: %v: %s", name, err, out)
	}
}

// lose makes an hour in which everything happens, after a backup that is taken
// while posts go out at full speed.
func (s *shop) lose(how string) *hour {
	s.t.Helper()
	h := &hour{shop: s, had: map[string][]string{}}
	s.write("campaigns/held.yaml", "title: Held\nsteps:\n  held: {accounts: [shop], at: "+at(8*time.Second)+", say: third}\n")
	s.inForce()
	s.once()
	s.must("pause", "campaign", "held")
	h.program(20)
	p := s.start()
	s.until("posts go out", func() bool { return s.state("p-shop-1") == "sent" })
	h.restore = s.keep(how)
	join := s.hears("eve", "I want to join", "shop")
	s.until("eve has joined", func() bool { return len(s.answers(join, "shop")) == 1 })
	s.mail("letter", "gift", "Dear {{name}}: {{code}}, good until {{until}}")
	s.mail("cards", "card", "A card for {{name}}: {{code}}")
	s.inForce()
	asked := []sandbox.Status{s.hears("dan", "a deal please", "club"), s.hears("fay", "a card please", "shop"),
		s.hears("gus", "your hours?", "shop", "club"), s.hears("kim", "I want to join", "club")}
	x, _ := s.net.Status(s.net.Person("ida").SayDirect("your hours, please?", "shop"))
	asked = append(asked, x)
	s.until("the letters are out", func() bool { return s.out("letter") == 4 && s.out("cards") == 4 })
	asked = append(asked, s.hears("bob", "STOP", "shop"))
	for _, m := range asked {
		s.until("everybody is answered", func() bool { return len(s.answers(m, "shop", "club")) == 1 })
	}
	s.must("coupons", "redeem", s.codes("dan", "club")[0], "--order", "order-1", "--amount", "12.50 EUR")
	for _, who := range []string{"ann", "bob", "cai", "dan", "eve", "fay"} {
		h.had[who] = s.codes(who, "shop", "club")
	}
	if how == "killed" {
		p.kill()
	} else {
		p.stop()
	}
	return h
}

// program makes n posts on each account due, four a second.
func (h *hour) program(n int) {
	text := "title: Program\nsteps:\n"
	for _, account := range []string{"shop", "club"} {
		for i := range n {
			step := fmt.Sprintf("p-%s-%d", account, i)
			text += "  " + step + ": {accounts: [" + account + "], at: " + at(2*time.Second+time.Duration(i)*time.Second/2) + ", say: " + step + "}\n"
			h.write("templates/"+step+".en.tmpl", phrase(step))
			h.steps = append(h.steps, step)
		}
	}
	h.write("campaigns/program.yaml", text)
	h.inForce()
}

// ask lets people write who come back after the restore, or come now.
func (h *hour) ask() (asked []sandbox.Status) {
	for who, text := range map[string]string{"ann": "I lost my deal", "dan": "a deal, please, again", "eve": "one more deal",
		"lea": "a deal please", "mo": "your hours?"} {
		asked = append(asked, h.hears(who, text, "shop"))
	}
	return asked
}

// settled waits until all is out that has to be, and looks at what is.
func (h *hour) settled(asked []sandbox.Status, p *process) {
	h.t.Helper()
	h.must("resume", "campaign", "held")
	h.must("coupons", "release", "card")
	h.mail("next", "", "The next letter for {{name}}, about lamps")
	h.inForce()
	last := h.hears("nina", "a card please", "club")
	h.until("all is out", func() bool {
		if h.killed {
			h.looksAndSettles("TRUE") // a process that is killed may have sent any
		}
		return h.out("next") == 3 && h.state("held") == "sent" && h.count(`SELECT count(*) FROM posts WHERE campaign = 'program'
			AND state <> 'sent'`) == "0"
	})
	for _, m := range append(asked, last) {
		h.until("everybody is answered", func() bool { return len(h.answers(m, "shop", "club")) == 1 || h.mention(m)["state"] == "desk" })
	}
	p.stop()
	h.once()
	h.must("coupons", "redeem", h.had["dan"][0], "--order", "order-1", "--amount", "12.50 EUR") // the shop says it again
	if said, code := h.magpie("coupons", "redeem", h.had["dan"][0], "--order", "order-2", "--amount", "1 EUR"); code != 3 {
		h.t.Errorf("used twice: exit %d: %s", code, said)
	}
	h.sound("shop", "club")
	for who, before := range h.had {
		now := h.codes(who, "shop", "club")
		if fmt.Sprint(now) != fmt.Sprint(before) {
			h.t.Errorf("%s had %v and has %v", who, before, now)
		}
	}
	for _, step := range append(h.steps, "held") {
		text := phrase(step)
		if step == "held" {
			text = basics["templates/third.en.tmpl"]
		}
		if n := count(h.timeline("shop", "club"), func(x sandbox.Status) bool { return x.Text == text }); n != 1 {
			h.t.Errorf("%s is out %d times", step, n)
		}
	}
	for _, x := range h.letters("bob", "shop", "club") {
		if strings.Contains(x.Text, "next letter") {
			h.t.Errorf("bob said stop in the lost hour, and got %q", x.Text)
		}
	}
	if h.t.Failed() {
		h.t.Logf("it said:\n%s", &p.log)
	}
}

// looksAndSettles does what a person is asked to do: it looks on the network for each post that is asked about, as far as the
// condition says, and settles it by what is seen there.
func (s *shop) looksAndSettles(condition string) (n int) {
	s.t.Helper()
	for _, r := range s.read(`SELECT id, account, ref, sealed_text FROM posts WHERE state = 'asked' AND ` + condition) {
		says := "send"
		for _, x := range s.timeline(r["account"]) {
			if x.Text == r["sealed_text"] && x.InReplyTo == r["ref"] {
				says = "sent"
			}
		}
		s.must("outbox", "settle", says, r["id"])
		n++
	}
	return n
}

// openHour is a shop that is ready for it.
func openHour(t *testing.T, v sandbox.Variant, address string) *shop {
	t.Helper()
	s := open(t, v, "shop", "club")
	if address != "" {
		s.move(address)
		s.must("apply")
	}
	s.stock("shop, club")
	s.once()
	for _, who := range []string{"ann", "bob", "cai"} {
		s.hears(who, "I want to join", "shop")
	}
	s.once()
	return s
}
