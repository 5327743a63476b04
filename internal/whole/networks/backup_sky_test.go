package networks_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/network/bluesky/localnet"
)

// fan is somebody who talks with the shop.
type fan struct {
	*localnet.Account
	shop *sky
}

func (k *sky) person(t *testing.T, name string) fan {
	t.Helper()
	a, err := k.CreateAccount(t.Context(), name+"-"+k.Handle)
	if err != nil {
		t.Fatal(err)
	}
	return fan{a, k}
}

func (f fan) says(t *testing.T, text string) {
	t.Helper()
	if err := f.Chat(t.Context(), f.shop.DID, text); err != nil {
		t.Fatal(err)
	}
}

// talk is what both have said.
func (f fan) talk(t *testing.T) []string {
	t.Helper()
	all, err := f.ChatsWith(t.Context(), f.shop.DID)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// The same on the real Bluesky network: posts, answers and chat messages of the
// lost hour are found there.
func TestRestoredOnBluesky(t *testing.T) {
	t.Parallel()
	s, k := bluesky(t, "hour")
	ann, bob := k.person(t, "ann"), k.person(t, "bob")
	if said, code := s.Login(k.AppPassword, ""); code != 0 {
		t.Fatalf("login: %d: %s", code, said)
	}
	s.Must("run", "--once")
	ann.says(t, "I want to join")
	bob.says(t, "I want to join")
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
	bob.says(t, "STOP")
	s.Until("bob is heard", heard(4))
	posts, chats := k.texts(t), [][]string{ann.talk(t), bob.talk(t)}
	restore()
	began := time.Now()
	blind := func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	}
	k.meet("listRecords", blind)
	sent := func() int { return k.count("putRecord") + k.count("sendMessage") }
	before := sent()
	if said, code := s.Magpie("run", "--once"); code != 1 {
		t.Errorf("blind: exit %d: %s", code, said)
	}
	if n := sent() - before; n != 0 {
		t.Fatalf("%d posts went out before it was matched", n)
	}
	k.meet("listRecords", nil)
	s.Write("campaigns/after.yaml", "title: After\nsteps:\n  third: {accounts: [shop], at: "+kit.At(2*time.Second)+", say: third}\n")
	s.Until("the third is out", func() bool { kit.Span(time.Second); s.Must("run", "--once"); return s.State("third") == "sent" })
	ann.says(t, "a deal please")
	s.Until("ann is answered", func() bool { kit.Span(time.Second); s.Must("run", "--once"); return s.State("claim") == "sent" })
	if got := k.texts(t); len(got) != len(posts)+1 {
		t.Errorf("the posts were\n%s\nand are\n%s", strings.Join(posts, "\n"), strings.Join(got, "\n"))
	}
	now := ann.talk(t)
	if !slices.Equal(bob.talk(t), chats[1]) || len(now) != len(chats[0])+2 { // a question and an answer
		t.Errorf("the chats were %q and are %q, %q", chats, now, bob.talk(t))
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
