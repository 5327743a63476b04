package x_test

import (
	"testing"
	"time"

	"magpie/internal/whole/kit"

	"magpie/internal/network/weibo/weibofake"
	"magpie/internal/network/x/xfake"
)

// both is a brand with an account on X, shop, and one on Weibo, club.
func both(t *testing.T) (*kit.Twitter, *weibofake.Server, *weibofake.Account) {
	s := kit.OnX(t, xfake.Options{})
	s.SignIn()
	w := weibofake.Open(t, weibofake.Options{SafeDomains: []string{"shop.example"}})
	a := w.Account("柚子电脑")
	s.Write("accounts/club.yaml", "network: weibo\nserver: "+w.URL+"\n"+kit.Allowed+"\nabout: club\nlanguage: zh\ntimezone: "+
		"UTC\ncredentials: stored\n")
	if said, code := s.Typed(a.Token+"\n", "accounts", "login", "club"); code != 0 {
		t.Fatalf("login: %d: %s", code, said)
	}
	s.Write("templates/sale.en.tmpl", "Ask us for a deal: {{value}} off. {{link}}")
	s.Write("templates/sale.zh.tmpl", "【广告】来问我们要优惠：{{value}}。{{link}}")
	s.Write("templates/opening.zh.tmpl", "我们每天九点到六点营业。")
	s.Write("templates/opening.en.tmpl", "We are open from nine to six.")
	s.Write("campaigns/offers.yaml", kit.Basics["campaigns/offers.yaml"]+"all: {value: 10%, codes: \"shared:ALL10\", link: "+
		"\"https://shop.example/?c={{code}}\"}\n")
	s.Write("templates/tips.zh.tmpl", "水壶每个月除一次水垢，用得更久。https://shop.example/tips")
	s.Write("campaigns/tips.yaml", "title: Tips\nsteps:\n  tips: {accounts: [club], at: "+kit.At(48*time.Hour)+", say: tips}\n")
	return s, w, a
}

// One campaign on both networks: each account speaks its language and answers
// under its own name; stop on one is no stop for another person on the other.
func TestXAndWeiboTogether(t *testing.T) {
	t.Parallel()
	s, net, a := both(t)
	s.Write("campaigns/service.yaml", "title: Service\nsteps:\n  hours: {accounts: [shop, club], mention: {says: "+
		"[hours, 营业]}, say: opening}\n")
	s.Run()
	s.Write("campaigns/sale.yaml", "title: Sale\noffer: all\nsteps:\n  sale: {accounts: [shop, club], at: "+kit.At(2*time.Second)+", say: sale}\n")
	ann := s.X.Person("ann").Say("@shop your hours?")
	hong := net.Person("小红").Mention(a, "几点营业？")
	s.Must("check")
	p := s.Command(nil, "run")
	s.Until("both are out", func() bool { return s.State("sale") == "planned sent" || s.State("sale") == "sent sent" })
	s.Until("all is out", func() bool {
		return s.State("sale") == "sent sent" && len(s.RepliesTo(ann)) == 1 && len(a.Comments()) == 1
	})
	p.Stop()
	s.Run()
	if x, w := s.Out(), a.Posts(); len(x) != 2 || len(w) != 1 || !kit.Contains(w[0].Text, "来问我们要优惠：10%", "ALL10") {
		t.Errorf("X: %v\nWeibo: %v", x, w)
	}
	if c := a.Comments()[0]; c.On != hong || c.Text != "我们每天九点到六点营业。" {
		t.Errorf("%v", c)
	}
	if said := s.Must("plan", "--days", "2"); !kit.Contains(said, "shop") {
		t.Errorf("plan: %s", said)
	}
}

// Stop, said in private, is heard and confirmed in private.
func TestXStopInPrivate(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{})
	s.SignIn()
	s.Run()
	ann := s.X.Person("ann")
	ann.Message("shop", "I want to join")
	s.Until("she has joined", func() bool { s.Run(); return len(ann.Inbox("shop")) == 1 })
	ann.Message("shop", "STOP")
	s.Until("stop is confirmed", func() bool { s.Run(); return len(ann.Inbox("shop")) == 2 })
	s.Write("campaigns/mail.yaml", "title: Mail\noffer: gift\nsteps:\n  "+
		"mailing: {accounts: [shop], at: "+kit.At(time.Second)+", to: {segment: friends, by: direct}, say: mailing}\n")
	kit.Span(1500 * time.Millisecond)
	s.Run()
	s.Run()
	if got := ann.Inbox("shop"); len(got) != 2 || len(s.Out()) != 0 {
		t.Errorf("she reads %q, and all read %v", got, s.Out())
	}
}

// After the database of an hour ago is put back, what went out since is found on
// X and not said again.
func TestXRestored(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{})
	s.SignIn()
	s.Run()
	s.Must("database", "backup", s.Dir+"/copy.db")
	s.Due("first")
	ann := s.X.Person("ann")
	hours := s.X.Person("bob").Say("@shop your hours?")
	ann.Message("shop", "a deal please")
	s.Until("all is out", func() bool {
		s.Run()
		return s.State("first") == "sent" && len(s.RepliesTo(hours)) == 1 && len(ann.Inbox("shop")) == 1
	})
	s.Must("database", "restore", s.Dir+"/copy.db")
	p := s.Command(nil, "run")
	kit.Span(5 * time.Second)
	p.Stop()
	s.Run()
	if n := len(s.Out()); n != 2 || len(ann.Inbox("shop")) != 1 {
		t.Errorf("%d posts, and ann reads %q\n%s\n%s", n, ann.Inbox("shop"), s.Outbox(), &p.Log)
	}
}
