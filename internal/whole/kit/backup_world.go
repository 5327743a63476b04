package kit

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"magpie/internal/sandbox"
	"magpie/internal/store/storetest"
)

// hour is a shop that loses what happened after its backup.
type hour struct {
	*Shop
	Restore func()
	had     map[string][]string // the codes that people had when it was lost
	steps   []string            // public posts that were due in it
	killed  bool                // while it worked on the lost hour
}

// InForce puts edited files in force.
func (s *Shop) InForce() {
	s.T.Helper()
	if s.Abroad != nil {
		s.Must("apply")
	}
}

// Keep takes a backup in the way of its database.
func (s *Shop) Keep(how string) (restore func()) {
	s.T.Helper()
	if s.Abroad != nil {
		return s.dump(how != "rewound")
	}
	return s.Backup(fmt.Sprintf("old-%d.db", time.Now().UnixNano()))
}

// dump is a backup of a Postgres database by its own tools, as documented. Who
// forgets to adopt it is found out.
func (s *Shop) dump(adopt bool) (restore func()) {
	s.T.Helper()
	made := time.Now().UTC().Format("2006-01-02 15:04") + " UTC"
	file := filepath.Join(s.T.TempDir(), "dump")
	place, options, _ := strings.Cut(s.Address, "?")
	name := options[strings.LastIndexByte(options, '=')+1:]
	s.tool("pg_dump", "--format=custom", "--file="+file, "--schema="+name, place)
	return func() {
		s.T.Helper()
		if _, err := s.DB.Exec(`DROP SCHEMA ` + name + ` CASCADE`); err != nil {
			s.T.Fatal(err)
		}
		s.tool("pg_restore", "--dbname="+place, file)
		s.DB = storetest.Raw(s.T, s.Address)
		if adopt { // a dump of some seconds ago still has a machine at work
			s.Until("it is adopted", func() bool { _, code := s.Magpie("database", "adopt", "--since", made); return code == 0 })
		}
	}
}

// tool runs a program of Postgres.
func (s *Shop) tool(name string, args ...string) {
	s.T.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil || len(found) == 0 {
		s.T.Fatalf("there is no %s: %v", name, err)
	}
	if out, err := exec.Command(found[len(found)-1], args...).CombinedOutput(); err != nil {
		s.T.Fatalf("%s: %v: %s", name, err, out)
	}
}

// Lose makes an hour in which everything happens, after a backup that is taken
// while posts go out at full speed.
func (s *Shop) Lose(how string) *hour {
	s.T.Helper()
	h := &hour{Shop: s, had: map[string][]string{}}
	s.Write("campaigns/held.yaml", "title: Held\nsteps:\n  held: {accounts: [shop], at: "+At(8*time.Second)+", say: third}\n")
	s.InForce()
	s.Once()
	s.Must("pause", "campaign", "held")
	h.program(20)
	p := s.Start()
	s.Until("posts go out", func() bool { return s.State("p-shop-1") == "sent" })
	h.Restore = s.Keep(how)
	join := s.Hears("eve", "I want to join", "shop")
	s.Until("eve has joined", func() bool { return len(s.Answers(join, "shop")) == 1 })
	s.Mail("letter", "gift", "Dear {{name}}: {{code}}, good until {{until}}")
	s.Mail("cards", "card", "A card for {{name}}: {{code}}")
	s.InForce()
	asked := []sandbox.Status{s.Hears("dan", "a deal please", "club"), s.Hears("fay", "a card please", "shop"),
		s.Hears("gus", "your hours?", "shop", "club"), s.Hears("kim", "I want to join", "club")}
	x, _ := s.Net.Status(s.Net.Person("ida").SayDirect("your hours, please?", "shop"))
	asked = append(asked, x)
	s.Until("the letters are out", func() bool { return s.Out("letter") == 4 && s.Out("cards") == 4 })
	asked = append(asked, s.Hears("bob", "STOP", "shop"))
	for _, m := range asked {
		s.Until("everybody is answered", func() bool { return len(s.Answers(m, "shop", "club")) == 1 })
	}
	s.Must("coupons", "redeem", s.Codes("dan", "club")[0], "--order", "order-1", "--amount", "12.50 EUR")
	for _, who := range []string{"ann", "bob", "cai", "dan", "eve", "fay"} {
		h.had[who] = s.Codes(who, "shop", "club")
	}
	if how == "killed" {
		p.Kill()
	} else {
		p.Stop()
	}
	return h
}

// program makes n posts on each account due, four a second.
func (h *hour) program(n int) {
	text := "title: Program\nsteps:\n"
	for _, account := range []string{"shop", "club"} {
		for i := range n {
			step := fmt.Sprintf("p-%s-%d", account, i)
			text += "  " + step + ": {accounts: [" + account + "], at: " + At(2*time.Second+time.Duration(i)*time.Second/2) + ", say: " + step + "}\n"
			h.Write("templates/"+step+".en.tmpl", Phrase(step))
			h.steps = append(h.steps, step)
		}
	}
	h.Write("campaigns/program.yaml", text)
	h.InForce()
}

// Ask lets people write who come back after the restore, or come now.
func (h *hour) Ask() (asked []sandbox.Status) {
	for who, text := range map[string]string{"ann": "I lost my deal", "dan": "a deal, please, again", "eve": "one more deal",
		"lea": "a deal please", "mo": "your hours?"} {
		asked = append(asked, h.Hears(who, text, "shop"))
	}
	return asked
}

// Settled waits until all is out that has to be, and looks at what is.
func (h *hour) Settled(asked []sandbox.Status, p *Process) {
	h.T.Helper()
	h.Must("resume", "campaign", "held")
	h.Must("coupons", "release", "card")
	h.Mail("next", "", "The next letter for {{name}}, about lamps")
	h.InForce()
	last := h.Hears("nina", "a card please", "club")
	h.Until("all is out", func() bool {
		if h.killed {
			h.LooksAndSettles("TRUE") // a process that is killed may have sent any
		}
		return h.Out("next") == 3 && h.State("held") == "sent" && h.Count(`SELECT count(*) FROM posts WHERE campaign = 'program'
			AND state <> 'sent'`) == "0"
	})
	for _, m := range append(asked, last) {
		h.Until("everybody is answered", func() bool { return len(h.Answers(m, "shop", "club")) == 1 || h.Mention(m)["state"] == "desk" })
	}
	p.Stop()
	h.Once()
	h.Must("coupons", "redeem", h.had["dan"][0], "--order", "order-1", "--amount", "12.50 EUR") // the shop says it again
	if said, code := h.Magpie("coupons", "redeem", h.had["dan"][0], "--order", "order-2", "--amount", "1 EUR"); code != 3 {
		h.T.Errorf("used twice: exit %d: %s", code, said)
	}
	h.Sound("shop", "club")
	for who, before := range h.had {
		now := h.Codes(who, "shop", "club")
		if fmt.Sprint(now) != fmt.Sprint(before) {
			h.T.Errorf("%s had %v and has %v", who, before, now)
		}
	}
	for _, step := range append(h.steps, "held") {
		text := Phrase(step)
		if step == "held" {
			text = Basics["templates/third.en.tmpl"]
		}
		if n := Count(h.Timeline("shop", "club"), func(x sandbox.Status) bool { return x.Text == text }); n != 1 {
			h.T.Errorf("%s is out %d times", step, n)
		}
	}
	for _, x := range h.Letters("bob", "shop", "club") {
		if strings.Contains(x.Text, "next letter") {
			h.T.Errorf("bob said stop in the lost hour, and got %q", x.Text)
		}
	}
	if h.T.Failed() {
		h.T.Logf("it said:\n%s", &p.Log)
	}
}

// LooksAndSettles does what a person is asked to do: it looks on the network for each post that is asked about, as far as the
// condition says, and settles it by what is seen there.
func (s *Shop) LooksAndSettles(condition string) (n int) {
	s.T.Helper()
	for _, r := range s.Read(`SELECT id, account, ref, sealed_text FROM posts WHERE state = 'asked' AND ` + condition) {
		says := "send"
		for _, x := range s.Timeline(r["account"]) {
			if x.Text == r["sealed_text"] && x.InReplyTo == r["ref"] {
				says = "sent"
			}
		}
		s.Must("outbox", "settle", says, r["id"])
		n++
	}
	return n
}
