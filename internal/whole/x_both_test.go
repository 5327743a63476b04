package whole_test

import (
	"testing"
	"time"

	"magpie/internal/network/weibo/weibofake"
	"magpie/internal/network/x/xfake"
)

// both is a brand with an account on X, shop, and one on Weibo, club.
func both(t *testing.T) (*twitter, *weibofake.Server, *weibofake.Account) {
	s := onX(t, xfake.Options{})
	s.signIn()
	w := weibofake.Open(t, weibofake.Options{SafeDomains: []string{"shop.example"}})
	a := w.Account("柚子电脑")
	s.write("accounts/club.yaml", "network: weibo\nserver: "+w.URL+"\n"+allowed+"\nabout: club\nlanguage: zh\ntimezone: "+
		"UTC\ncredentials: stored\n")
	if said, code := s.typed(a.Token+"\n", "accounts", "login", "club"); code != 0 {
		t.Fatalf("login: %d: %s", code, said)
	}
	s.write("templates/sale.en.tmpl", "Ask us for a deal: {{value}} off. {{link}}")
	s.write("templates/sale.zh.tmpl", "【广告】来问我们要优惠：{{value}}。{{link}}")
	s.write("templates/opening.zh.tmpl", "我们每天九点到六点营业。")
	s.write("templates/opening.en.tmpl", "We are open from nine to six.")
	s.write("campaigns/offers.yaml", basics["campaigns/offers.yaml"]+"all: {value: 10%, codes: \"shared:ALL10\", link: "+
		"\"https://shop.example/?c={{code}}\"}\n")
	s.write("templates/tips.zh.tmpl", "水壶每个月除一次水垢，用得更久。https://shop.example/tips")
	s.write("campaigns/tips.yaml", "title: Tips\nsteps:\n  tips: {accounts: [club], at: "+at(48*time.Hour)+", say: tips}\n")
	return s, w, a
}

// One campaign on both networks: each account speaks its language and answers
// under its own name; stop on one is no stop for another person on the other.
func TestXAndWeiboTogether(t *testing.T) {
	t.Parallel()
	s, net, a := both(t)
	s.write("campaigns/service.yaml", "title: Service\nsteps:\n  hours: {accounts: [shop, club], mention: {says: "+
		"[hours, 营业]}, say: opening}\n")
	s.run()
	s.write("campaigns/sale.yaml", "title: Sale\noffer: all\nsteps:\n  sale: {accounts: [shop, club], at: "+at(2*time.Second)+", say: sale}\n")
	ann := s.x.Person("ann").Say("@shop your hours?")
	hong := net.Person("小红").Mention(a, "几点营业？")
	s.must("check")
	p := s.command(nil, "run")
	s.until("both are out", func() bool { return s.state("sale") == "planned sent" || s.state("sale") == "sent sent" })
	s.until("all is out", func() bool {
		return s.state("sale") == "sent sent" && len(s.repliesTo(ann)) == 1 && len(a.Comments()) == 1
	})
	p.stop()
	s.run()
	if x, w := s.out(), a.Posts(); len(x) != 2 || len(w) != 1 || !contains(w[0].Text, "来问我们要优惠：10%", "ALL10") {
		t.Errorf("X: %v\nWeibo: %v", x, w)
	}
	if c := a.Comments()[0]; c.On != hong || c.Text != "我们每天九点到六点营业。" {
		t.Errorf("%v", c)
	}
	if said := s.must("plan", "--days", "2"); !contains(said, "shop") {
		t.Errorf("plan: %s", said)
	}
}

// Stop, said in private, is heard and confirmed in private.
func TestXStopInPrivate(t *testing.T) {
	t.Parallel()
	s := onX(t, xfake.Options{})
	s.signIn()
	s.run()
	ann := s.x.Person("ann")
	ann.Message("shop", "I want to join")
	s.until("she has joined", func() bool { s.run(); return len(ann.Inbox("shop")) == 1 })
	ann.Message("shop", "STOP")
	s.until("stop is confirmed", func() bool { s.run(); return len(ann.Inbox("shop")) == 2 })
	s.write("campaigns/mail.yaml", "title: Mail\noffer: gift\nsteps:\n  "+
		"mailing: {accounts: [shop], at: "+at(time.Second)+", to: {segment: friends, by: direct}, say: mailing}\n")
	time.Sleep(1500 * time.Millisecond)
	s.run()
	s.run()
	if got := ann.Inbox("shop"); len(got) != 2 || len(s.out()) != 0 {
		t.Errorf("she reads %q, and all read %v", got, s.out())
	}
}

// After the database of an hour ago is put back, what went out since is found on
// X and not said again.
func TestXRestored(t *testing.T) {
	t.Parallel()
	s := onX(t, xfake.Options{})
	s.signIn()
	s.run()
	s.must("database", "backup", s.dir+"/copy.db")
	s.due("first")
	ann := s.x.Person("ann")
	hours := s.x.Person("bob").Say("@shop your hours?")
	ann.Message("shop", "a deal please")
	s.until("all is out", func() bool {
		s.run()
		return s.state("first") == "sent" && len(s.repliesTo(hours)) == 1 && len(ann.Inbox("shop")) == 1
	})
	s.must("database", "restore", s.dir+"/copy.db")
	p := s.command(nil, "run")
	time.Sleep(5 * time.Second)
	p.stop()
	s.run()
	if n := len(s.out()); n != 2 || len(ann.Inbox("shop")) != 1 {
		t.Errorf("%d posts, and ann reads %q\n%s\n%s", n, ann.Inbox("shop"), s.outbox(), &p.log)
	}
}
