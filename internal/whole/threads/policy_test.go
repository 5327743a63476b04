package threads_test

import (
	"encoding/json"
	"magpie/internal/whole/kit"
	"strings"
	"testing"
	"time"

	"magpie/internal/network/weibo/weibofake"
	"magpie/internal/network/x/xfake"
	"magpie/internal/policy"
	"magpie/internal/sandbox"
)

// The rules as a person and as a program read them.
func TestPolicyCommand(t *testing.T) {
	t.Parallel()
	s := kit.Open(t, sandbox.Variant{}, "shop")
	said := s.Must("policy")
	for _, r := range policy.All("") {
		if !strings.Contains(said, r.ID) || !strings.Contains(strings.Join(strings.Fields(said), " "), "What you can do: "+r.Way) {
			t.Errorf("%s is not there", r.ID)
		}
	}
	if x := s.Must("policy", "--network", "x"); !kit.Contains(x, "no-names", "one-cashtag") || strings.Contains(x, "safe-domain") {
		t.Errorf("of X: %s", x)
	}
	var all []policy.Rule
	if err := json.Unmarshal([]byte(s.Must("policy", "--network", "weibo", "--json")), &all); err != nil ||
		len(all) != len(policy.All("weibo")) || all[0].Source == "" {
		t.Errorf("%v: %d", err, len(all))
	}
	if said, code := s.Magpie("policy", "--network", "twitter"); code != 2 || !kit.Contains(said, "twitter") {
		t.Errorf("exit %d: %s", code, said)
	}
}

// What X and Weibo forbid is refused by check, and by push, which no file has.
func TestPolicyOfTexts(t *testing.T) {
	t.Parallel()
	for rule, text := range map[string]string{
		"no-names": "Thank you @potter for the pots", "one-cashtag": "Clay $CLAY and fire $FIRE",
		"safe-domain": "Come to https://elsewhere.example", "no-topic": "#茶# is at https://shop.example/tea",
	} {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			s := ruled(t, rule)
			s.Threaded(text, time.Hour, "disclosure: \"\"")
			said, code := s.Magpie("check")
			if code != 1 || !kit.Names(said, rule) || !kit.Contains(said, "campaigns/tale.yaml:", "shop: templates/tale.en.tmpl") {
				t.Errorf("check: exit %d: %s", code, said)
			}
			s.Remove("campaigns/tale.yaml")
			said, code = s.Magpie("push", "shop", "--text", text, "--yes")
			if code == 0 || !kit.Names(said, rule) {
				t.Errorf("push: exit %d: %s", code, said)
			}
			s.Run()
			if n := s.Count(`SELECT count(*) FROM posts WHERE state = 'sent'`); n != "0" {
				t.Errorf("%s went out\n%s", n, s.Outbox())
			}
		})
	}
}

// ruled is a shop on the network that has the rule.
func ruled(t *testing.T, rule string) *kit.Shop {
	if policy.Of(rule).Networks[0] == "x" {
		s := kit.OnX(t, xfake.Options{})
		s.SignIn()
		s.Run()
		return s.Shop
	}
	w := kit.Weibo(t, weibofake.Options{})
	w.SignIn()
	w.Run()
	return w.Shop
}

// Advertising on Weibo without the word is refused; with it all is well.
func TestPolicyAdLabel(t *testing.T) {
	t.Parallel()
	s := kit.Weibo(t, weibofake.Options{})
	file := "title: Tale\noffer: open\nDsteps:\n  tale: {accounts: [shop], at: " + kit.At(time.Hour) + ", say: tale}\n"
	s.Write("campaigns/offers.yaml", kit.Basics["campaigns/offers.yaml"]+"open: {value: 5%, codes: \"shared:OPEN5\", link: "+
		"\"https://shop.example/o\"}\n")
	s.Write("templates/tale.en.tmpl", "{{value}} off with {{code}}: {{link}}")
	s.Write("campaigns/tale.yaml", strings.Replace(file, "D", "", 1))
	if said, code := s.Magpie("check"); code != 1 || !kit.Names(said, "ad-label") {
		t.Errorf("exit %d: %s", code, said)
	}
	s.Write("campaigns/tale.yaml", strings.Replace(file, "D", "disclosure: 广告\n", 1))
	s.Must("check")
	s.SignIn()
	s.Run()
	if said, code := s.Magpie("push", "shop", "--text", "5% off: {{link}}", "--offer", "open", "--yes"); code == 0 ||
		!kit.Names(said, "ad-label") {
		t.Errorf("push: exit %d: %s", code, said)
	}
}
