package whole_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"magpie/internal/network/weibo/weibofake"
	"magpie/internal/sandbox"
)

// orphan is a thread of the shop on Mastodon whose second part was settled as sent,
// nobody knows where. It returns the part that comes after it.
func orphan(t *testing.T) (s *timed, third string) {
	t.Helper()
	s = openTimed(t, servers["ignore"], "09:00")
	s.write("templates/tale.en.tmpl", tale(1700))
	s.write("campaigns/tale.yaml", "title: Tale\nfit: thread\nsteps:\n  tale: {accounts: [shop], at: 2027-03-10 10:00, say: tale}\n")
	s.once()
	lost := posting("shop", -1, sandbox.DropBeforeStore())
	lost.After = 1
	s.net.Fail(lost)
	for _, wall := range []string{"10:00", "10:02", "10:20", "11:10", "11:30", "11:50", "12:10"} {
		s.goTo(wall)
		s.once()
	}
	s.net.Heal()
	s.must("outbox", "settle", "sent", s.questions()[0])
	return s, s.questions()[0]
}

// say posts below something by hand, in the network's own app, and returns its id.
func (s *shop) say(below, text string) string {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodPost, s.net.URL()+"/api/v1/statuses",
		strings.NewReader(url.Values{"status": {text}, "in_reply_to_id": {below}}.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer sandbox-shop")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	var out struct{ ID string }
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil || out.ID == "" {
		s.t.Fatalf("the network answered %s: %v", resp.Status, err)
	}
	return out.ID
}

// refusedToSend fails unless a part is not sent, and it is told what to say.
func (s *shop) refusedToSend(args ...string) {
	s.t.Helper()
	said, code := s.magpie(append([]string{"outbox", "settle", "send"}, args...)...)
	if code != 3 || !contains(said, "the part before it", "--url", args[len(args)-1]) {
		s.t.Errorf("%v: exit %d: %s", args, code, said)
	}
}

// A part is not sent as a post of its own where nobody knows the one before it: who
// says where that is lets the thread go on below it.
func TestThreadSentBelowAddress(t *testing.T) {
	t.Parallel()
	s, third := orphan(t)
	second := s.say(s.timeline("shop")[0].ID, "I have said this part by hand. (2/4)")
	s.refusedToSend(third)
	s.refusedToSend("--url", "https://social.example/about", third)
	s.goTo("12:20")
	s.once()
	if got := strings.Join(numbers(parts(s.timeline("shop"))), " "); got != "1/4 2/4" {
		t.Errorf("out are %s\n%s", got, s.outbox())
	}
	s.must("outbox", "settle", "send", "--url", "https://social.example/@shop/"+second, third)
	for _, wall := range []string{"12:30", "12:40"} {
		s.goTo(wall)
		s.once()
	}
	all := parts(s.timeline("shop"))
	if got := strings.Join(numbers(all), " "); got != "1/4 2/4 3/4 4/4" || all[2].parent != second || all[3].parent != all[2].id {
		t.Errorf("out are %s\n%s", got, s.outbox())
	}
}

// What the program says to do can be done: as it stands there.
func TestThreadSentAsTold(t *testing.T) {
	t.Parallel()
	s, third := orphan(t)
	said, _ := s.magpie("outbox", "settle", "send", third)
	_, told, ok := strings.Cut(strings.TrimSpace(said), "magpie ")
	if !ok {
		t.Fatalf("it says %s", said)
	}
	at := "https://social.example/@shop/" + s.say(s.timeline("shop")[0].ID, "By hand. (2/4)")
	s.must(strings.Fields(strings.Replace(told, "ADDRESS", at, 1))...)
}

// The same on X.
func TestThreadSentBelowAddressOnX(t *testing.T) {
	t.Parallel()
	s := onX2(t)
	s.x.Fail(lostPart(1))
	s.threaded(tale(860), time.Second)
	s.until("somebody is asked", func() bool { s.run(); return len(s.questions()) == 1 })
	s.must("outbox", "settle", "sent", s.questions()[0])
	third := s.questions()[0]
	s.refusedToSend(third)
	s.again()
	if n := len(s.out()); n != 1 {
		t.Errorf("%d are out\n%s", n, s.outbox())
	}
	s.byHand(s.out()[0].ID, "I have said this part by hand. (2/4)")
	second := s.out()[1].ID
	s.must("outbox", "settle", "send", "--url", "https://x.com/shop/status/"+second, third)
	s.until("it is out", func() bool { s.run(); return len(s.out()) == 4 })
	all := s.parts()
	if got := strings.Join(numbers(all), " "); got != "1/4 2/4 3/4 4/4" || all[2].parent != second || all[3].parent != all[2].id {
		t.Errorf("out are %s\n%s", got, s.outbox())
	}
}

// toWeibo moves the account to Weibo, where there are no threads.
func (s *twitter) toWeibo() *weibofake.Account {
	s.t.Helper()
	w := weibofake.Open(s.t, weibofake.Options{SafeDomains: []string{"shop.example"}, Quota: -1})
	a := w.Account("柚子电脑")
	s.write("accounts/shop.yaml", "network: weibo\nhandle: 柚子电脑\nserver: "+w.URL+"\nabout: shop\nlanguage: en\ntimezone: "+
		"UTC\ncredentials: stored\nweibo: {enabled: true, safe_domain: shop.example, ip: 203.0.113.7, calls: 1000}\n")
	for name, text := range basics {
		if strings.HasPrefix(name, "templates/") {
			s.write(name, text+" https://shop.example/a")
		}
	}
	if said, code := s.login(a.Token, ""); code != 0 {
		s.t.Fatalf("login: %d: %s", code, said)
	}
	return a
}

// An account that changes its network in the midst of a thread: the rest is
// withdrawn, which is said, and all else goes on.
func TestThreadNetworkChanged(t *testing.T) {
	t.Parallel()
	s := halfOnX(t)
	s.remove("campaigns/tale.yaml")
	third := s.partID(3)
	a := s.toWeibo()
	s.due("first")
	s.until("the other post is out", func() bool {
		time.Sleep(500 * time.Millisecond) // Weibo counts each call
		said, _ := s.magpie("run", "--once")
		if strings.Contains(said, "panic") {
			t.Fatal(said)
		}
		return s.state("first") == "sent"
	})
	if got := s.read(`SELECT state, reason FROM posts WHERE id = $1`, third)[0]; got["state"] != "withdrawn" ||
		!contains(got["reason"], "weibo", "another network") {
		t.Errorf("the third part is %v", got)
	}
	if said := s.must("outbox", "show", third); !contains(said, "withdrawn", "weibo") {
		t.Errorf("it shows %s", said)
	}
	if n := len(a.Posts()); n != 1 || len(s.out()) != 2 {
		t.Errorf("%d posts are on Weibo, %d on X\n%s", n, len(s.out()), s.outbox())
	}
}

// The same on a network that has threads: what one of another network is called
// there is no part of ours.
func TestThreadNetworkChangedToMastodon(t *testing.T) {
	t.Parallel()
	s := halfOnX(t)
	third := s.partID(3)
	s.mark(filepath.Join(s.dir, "magpie.db"), true) // the other network is only played
	s.write("accounts/shop.yaml", "network: mastodon\nserver: https://social.example\nabout: shop\nlanguage: en\ntimezone: "+
		"UTC\ncredentials: stored\n")
	for range 3 {
		s.magpie("run", "--once", "--sandbox-url", s.net.URL())
	}
	if all := s.timeline("shop"); len(all) != 0 {
		t.Errorf("out are %v", numbers(parts(all)))
	}
	if got := s.read(`SELECT state, reason FROM posts WHERE id = $1`, third)[0]; got["state"] != "withdrawn" && got["state"] != "asked" {
		t.Errorf("the third part is %v", got)
	}
}

// refuses answers the second post as a server does that will not have it.
func (k *sky) refuses() {
	n := 0
	k.meet("putRecord", func(w http.ResponseWriter, _ *http.Request) bool {
		if n++; n != 2 {
			return false
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"InvalidRequest","message":"not like this"}`))
		return true
	})
}

// A part that Bluesky refused is posted by hand there: with its address, as people
// see it, the thread goes on below it.
func TestThreadSettledWithAddressOnBluesky(t *testing.T) {
	t.Parallel()
	s, k := bluesky(t, "long-tale-by-hand")
	if said, code := s.login(k.AppPassword, ""); code != 0 {
		t.Fatalf("login: %d: %s", code, said)
	}
	k.refuses()
	s.threaded(threadOnSky, time.Second)
	s.until("somebody is asked", func() bool {
		time.Sleep(300 * time.Millisecond)
		s.magpie("run", "--once")
		return len(s.questions()) == 1
	})
	all, err := k.Posts(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("%d are out: %v", len(all), err)
	}
	uri, _, err := k.Reply(t.Context(), all[0].URI, all[0].CID, all[0].URI, all[0].CID, "By hand. (2/4)")
	if err != nil {
		t.Fatal(err)
	}
	s.must("outbox", "settle", "sent", "--url", "https://bsky.app/profile/"+k.Handle+"/post/"+path.Base(uri), s.questions()[0])
	s.again()
	got := k.records(t)
	if len(got) != 4 || got[2].parent != uri || got[2].root != got[0].uri || got[3].root != got[0].uri {
		t.Errorf("%d are out\n%s", len(got), s.outbox())
	}
}
