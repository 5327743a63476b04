package threads_test

import (
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/sandbox"
)

// orphan is a thread of the shop on Mastodon whose second part was settled as sent,
// nobody knows where. It returns the part that comes after it.
func orphan(t *testing.T) (s *kit.Timed, third string) {
	t.Helper()
	s = kit.OpenTimed(t, kit.Servers["ignore"], "09:00")
	s.Write("templates/tale.en.tmpl", kit.Tale(1700))
	s.Write("campaigns/tale.yaml", "title: Tale\nfit: thread\nsteps:\n  tale: {accounts: [shop], at: 2027-03-10 10:00, say: tale}\n")
	s.Once()
	lost := kit.Posting("shop", -1, sandbox.DropBeforeStore())
	lost.After = 1
	s.Net.Fail(lost)
	for _, wall := range []string{"10:00", "10:02", "10:20", "11:10", "11:30", "11:50", "12:10"} {
		s.GoTo(wall)
		s.Once()
	}
	s.Net.Heal()
	s.Must("outbox", "settle", "sent", s.Questions()[0])
	return s, s.Questions()[0]
}

// A part is not sent as a post of its own where nobody knows the one before it: who
// says where that is lets the thread go on below it.
func TestThreadSentBelowAddress(t *testing.T) {
	t.Parallel()
	s, third := orphan(t)
	second := s.Say(s.Timeline("shop")[0].ID, "I have said this part by hand. (2/4)")
	s.RefusedToSend(third)
	s.RefusedToSend("--url", "https://social.example/about", third)
	s.GoTo("12:20")
	s.Once()
	if got := strings.Join(kit.Numbers(kit.Parts(s.Timeline("shop"))), " "); got != "1/4 2/4" {
		t.Errorf("out are %s\n%s", got, s.Outbox())
	}
	s.Must("outbox", "settle", "send", "--url", "https://social.example/@shop/"+second, third)
	for _, wall := range []string{"12:30", "12:40"} {
		s.GoTo(wall)
		s.Once()
	}
	all := kit.Parts(s.Timeline("shop"))
	if got := strings.Join(kit.Numbers(all), " "); got != "1/4 2/4 3/4 4/4" || all[2].Parent != second || all[3].Parent != all[2].ID {
		t.Errorf("out are %s\n%s", got, s.Outbox())
	}
}

// What the program says to do can be done: as it stands there.
func TestThreadSentAsTold(t *testing.T) {
	t.Parallel()
	s, third := orphan(t)
	said, _ := s.Magpie("outbox", "settle", "send", third)
	_, told, ok := strings.Cut(strings.TrimSpace(said), "magpie ")
	if !ok {
		t.Fatalf("it says %s", said)
	}
	at := "https://social.example/@shop/" + s.Say(s.Timeline("shop")[0].ID, "By hand. (2/4)")
	s.Must(strings.Fields(strings.Replace(told, "ADDRESS", at, 1))...)
}

// The same on X.
func TestThreadSentBelowAddressOnX(t *testing.T) {
	t.Parallel()
	s := onX2(t)
	s.X.Fail(lostPart(1))
	s.Threaded(kit.Tale(860), time.Second)
	s.Until("somebody is asked", func() bool { s.Run(); return len(s.Questions()) == 1 })
	s.Must("outbox", "settle", "sent", s.Questions()[0])
	third := s.Questions()[0]
	s.RefusedToSend(third)
	s.Again()
	if n := len(s.Out()); n != 1 {
		t.Errorf("%d are out\n%s", n, s.Outbox())
	}
	s.ByHand(s.Out()[0].ID, "I have said this part by hand. (2/4)")
	second := s.Out()[1].ID
	s.Must("outbox", "settle", "send", "--url", "https://x.com/shop/status/"+second, third)
	s.Until("it is out", func() bool { s.Run(); return len(s.Out()) == 4 })
	all := s.Parts()
	if got := strings.Join(kit.Numbers(all), " "); got != "1/4 2/4 3/4 4/4" || all[2].Parent != second || all[3].Parent != all[2].ID {
		t.Errorf("out are %s\n%s", got, s.Outbox())
	}
}

// An account that changes its network in the midst of a thread: the rest is
// withdrawn, which is said, and all else goes on.
func TestThreadNetworkChanged(t *testing.T) {
	t.Parallel()
	s := halfOnX(t)
	s.Remove("campaigns/tale.yaml")
	third := s.PartID(3)
	a := s.ToWeibo()
	s.Due("first")
	s.Until("the other post is out", func() bool {
		kit.Pause(500 * time.Millisecond) // Weibo counts each call
		said, _ := s.Magpie("run", "--once")
		if strings.Contains(said, "panic") {
			t.Fatal(said)
		}
		return s.State("first") == "sent"
	})
	if got := s.Read(`SELECT state, reason FROM posts WHERE id = $1`, third)[0]; got["state"] != "withdrawn" ||
		!kit.Contains(got["reason"], "weibo", "another network") {
		t.Errorf("the third part is %v", got)
	}
	if said := s.Must("outbox", "show", third); !kit.Contains(said, "withdrawn", "weibo") {
		t.Errorf("it shows %s", said)
	}
	if n := len(a.Posts()); n != 1 || len(s.Out()) != 2 {
		t.Errorf("%d posts are on Weibo, %d on X\n%s", n, len(s.Out()), s.Outbox())
	}
}

// The same on a network that has threads: what one of another network is called
// there is no part of ours.
func TestThreadNetworkChangedToMastodon(t *testing.T) {
	t.Parallel()
	s := halfOnX(t)
	third := s.PartID(3)
	s.Mark(filepath.Join(s.Dir, "magpie.db"), true) // the other network is only played
	s.Write("accounts/shop.yaml", "network: mastodon\nserver: https://social.example\nabout: shop\nlanguage: en\ntimezone: "+
		"UTC\ncredentials: stored\n")
	for range 3 {
		s.Magpie("run", "--once", "--sandbox-url", s.Net.URL())
	}
	if all := s.Timeline("shop"); len(all) != 0 {
		t.Errorf("out are %v", kit.Numbers(kit.Parts(all)))
	}
	if got := s.Read(`SELECT state, reason FROM posts WHERE id = $1`, third)[0]; got["state"] != "withdrawn" && got["state"] != "asked" {
		t.Errorf("the third part is %v", got)
	}
}

// A part that Bluesky refused is posted by hand there: with its address, as people
// see it, the thread goes on below it.
func TestThreadSettledWithAddressOnBluesky(t *testing.T) {
	t.Parallel()
	s, k := kit.Bluesky(t, "long-tale-by-hand")
	if said, code := s.Login(k.AppPassword, ""); code != 0 {
		t.Fatalf("login: %d: %s", code, said)
	}
	k.Refuses()
	s.Threaded(threadOnSky, time.Second)
	s.Until("somebody is asked", func() bool {
		kit.Pause(300 * time.Millisecond)
		s.Magpie("run", "--once")
		return len(s.Questions()) == 1
	})
	all, err := k.Posts(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("%d are out: %v", len(all), err)
	}
	uri, _, err := k.Reply(t.Context(), all[0].URI, all[0].CID, all[0].URI, all[0].CID, "By hand. (2/4)")
	if err != nil {
		t.Fatal(err)
	}
	s.Must("outbox", "settle", "sent", "--url", "https://bsky.app/profile/"+k.Handle+"/post/"+path.Base(uri), s.Questions()[0])
	s.Again()
	got := k.Records(t)
	if len(got) != 4 || got[2].Parent != uri || got[2].Root != got[0].Uri || got[3].Root != got[0].Uri {
		t.Errorf("%d are out\n%s", len(got), s.Outbox())
	}
}
