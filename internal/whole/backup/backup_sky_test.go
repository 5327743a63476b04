package backup_test

import (
	"fmt"
	"magpie/internal/whole/kit"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// The same on the real Bluesky network: posts, answers and chat messages of the
// lost hour are found there.
func TestRestoredOnBluesky(t *testing.T) {
	t.Parallel()
	s, k := kit.Bluesky(t, "hour")
	ann, bob := k.Person(t, "ann"), k.Person(t, "bob")
	if said, code := s.Login(k.AppPassword, ""); code != 0 {
		t.Fatalf("login: %d: %s", code, said)
	}
	s.Must("run", "--once")
	ann.Says(t, "I want to join")
	bob.Says(t, "I want to join")
	heard := func(n int) func() bool {
		return func() bool {
			kit.Pause(200 * time.Millisecond) // each look is a process
			s.Must("run", "--once")
			return s.Count(`SELECT count(*) FROM mentions WHERE state IN ('answered', 'silent')`) == fmt.Sprint(n)
		}
	}
	s.Until("they have joined", heard(2))
	restore := s.Backup("old.db")
	s.Due("first", "second")
	s.Mail("letter", "gift", "Dear {{name}}: {{code}}, good until {{until}}")
	if _, _, err := ann.Mention(t.Context(), k.Account, "what are your hours?"); err != nil {
		t.Fatal(err)
	}
	s.Until("all is out", func() bool {
		return heard(3)() && s.Out("letter") == 2 && s.State("first")+s.State("second") == "sentsent"
	})
	bob.Says(t, "STOP")
	s.Until("bob is heard", heard(4))
	posts, chats := k.Texts(t), [][]string{ann.Talk(t), bob.Talk(t)}
	restore()
	began := time.Now()
	blind := func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	}
	k.Meet("listRecords", blind)
	sent := func() int { return k.Count("putRecord") + k.Count("sendMessage") }
	before := sent()
	if said, code := s.Magpie("run", "--once"); code != 1 {
		t.Errorf("blind: exit %d: %s", code, said)
	}
	if n := sent() - before; n != 0 {
		t.Fatalf("%d posts went out before it was matched", n)
	}
	k.Meet("listRecords", nil)
	s.Write("campaigns/after.yaml", "title: After\nsteps:\n  third: {accounts: [shop], at: "+kit.At(2*time.Second)+", say: third}\n")
	s.Until("the third is out", func() bool { kit.Span(time.Second); s.Must("run", "--once"); return s.State("third") == "sent" })
	ann.Says(t, "a deal please")
	s.Until("ann is answered", func() bool { kit.Span(time.Second); s.Must("run", "--once"); return s.State("claim") == "sent" })
	if got := k.Texts(t); len(got) != len(posts)+1 {
		t.Errorf("the posts were\n%s\nand are\n%s", strings.Join(posts, "\n"), strings.Join(got, "\n"))
	}
	now := ann.Talk(t)
	if !slices.Equal(bob.Talk(t), chats[1]) || len(now) != len(chats[0])+2 { // a question and an answer
		t.Errorf("the chats were %q and are %q, %q", chats, now, bob.Talk(t))
	}
	if codes := kit.AnyCode.FindAllString(strings.Join(now, " "), -1); len(codes) == 0 ||
		slices.ContainsFunc(codes, func(c string) bool { return c != codes[0] }) {
		t.Errorf("ann was told %v", codes)
	}
	t.Logf("matched and gone on in %s", time.Since(began).Round(time.Millisecond))
	if t.Failed() {
		t.Log(s.Outbox())
	}
}
