package backup_test

import (
	"fmt"
	"strings"
	"testing"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// Whatever a server makes of a post's words, it is found again.
func TestRestoredOddWords(t *testing.T) {
	t.Parallel()
	s := openLost(t, kit.Servers["ignore"], "ann")
	host := strings.TrimPrefix(s.Net.URL(), "http://")
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
		s.Write("templates/"+step+".en.tmpl", strings.ReplaceAll(w, "{braces}", "(braces)"))
		text += "  " + step + ": {accounts: [shop], at: " + kit.At(3e9) + ", say: " + step + "}\n"
	}
	s.Write("campaigns/odd.yaml", text)
	s.Write("templates/claim.en.tmpl", "Für dich & <dich>, {{name}}:\n\n{{code}} — {{link}} 🫖")
	s.Once()
	restore := s.Backup("old.db")
	s.Mail("letter", "gift", "Dear {{name}} & friends,\n\n{{link}}\nuntil {{until}} <3")
	s.MailedOut("letter", 1)
	s.Silence("ann", "deal?", "shop")
	s.Until("all are out", func() bool {
		s.Once()
		return s.Count(`SELECT count(*) FROM posts WHERE campaign = 'odd' AND state <> 'sent'`) == "0"
	})
	n := len(s.Timeline("shop"))
	restore()
	s.Once()
	s.Once()
	s.Sound("shop", "club")
	for _, r := range s.Read(`SELECT step, state, reason FROM posts WHERE campaign IN ('odd', 'letter')
		AND state NOT IN ('sent', 'expanded')`) {
		t.Errorf("%v", r)
	}
	if got := len(s.Timeline("shop")); got != n {
		t.Errorf("%d posts, before %d", got, n)
	}
	if n := kit.Count(s.Letters("ann", "shop"), func(x sandbox.Status) bool { return strings.Contains(x.Text, "friends") }); n != 1 {
		t.Errorf("ann has the letter %d times", n)
	}
}
