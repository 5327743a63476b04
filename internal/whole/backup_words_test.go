package whole_test

import (
	"fmt"
	"strings"
	"testing"

	"magpie/internal/sandbox"
)

// Whatever a server makes of a post's words, it is found again.
func TestRestoredOddWords(t *testing.T) {
	t.Parallel()
	s := openLost(t, servers["ignore"], "ann")
	host := strings.TrimPrefix(s.net.URL(), "http://")
	words := []string{
		"Thanks to @ann@" + host + " for the tea!", "Lamps & <b>kettles</b> cost less than 5 > 3 \"today\"",
		"Two  spaces and\n\na blank line\n- and a list",
		"All about it: https://shop.example/a/very/long/address?with=parameters&and=more#part (and more)",
		"#kettles #lamps are 50% off 🫖🦜 👩‍👩‍👧‍👦", "茶壶和台灯，今天都便宜。\n\n几点开门？九点。",
		"It’s “quoted” — and e\u0301 decomposed… {braces} \\back", "@ann@" + host + " is first here, and @nobody@nowhere.example is nowhere",
		strings.Repeat("long ", 99) + "!",
	}
	text := "title: Odd\nsteps:\n"
	for i, w := range words {
		step := fmt.Sprintf("odd-%d", i)
		s.write("templates/"+step+".en.tmpl", strings.ReplaceAll(w, "{braces}", "(braces)"))
		text += "  " + step + ": {accounts: [shop], at: " + at(3e9) + ", say: " + step + "}\n"
	}
	s.write("campaigns/odd.yaml", text)
	s.write("templates/claim.en.tmpl", "Für dich & <dich>, {{name}}:\n\n{{code}} — {{link}} 🫖")
	s.once()
	restore := s.backup("old.db")
	s.mail("letter", "gift", "Dear {{name}} & friends,\n\n{{link}}\nuntil {{until}} <3")
	s.mailedOut("letter", 1)
	s.silence("ann", "deal?", "shop")
	s.until("all are out", func() bool {
		s.once()
		return s.count(`SELECT count(*) FROM posts WHERE campaign = 'odd' AND state <> 'sent'`) == "0"
	})
	n := len(s.timeline("shop"))
	restore()
	s.once()
	s.once()
	s.sound("shop", "club")
	for _, r := range s.read(`SELECT step, state, reason FROM posts WHERE campaign IN ('odd', 'letter')
		AND state NOT IN ('sent', 'expanded')`) {
		t.Errorf("%v", r)
	}
	if got := len(s.timeline("shop")); got != n {
		t.Errorf("%d posts, before %d", got, n)
	}
	if n := count(s.letters("ann", "shop"), func(x sandbox.Status) bool { return strings.Contains(x.Text, "friends") }); n != 1 {
		t.Errorf("ann has the letter %d times", n)
	}
}
