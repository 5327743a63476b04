package whole_test

import (
	"encoding/json"
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
	s := open(t, sandbox.Variant{}, "shop")
	said := s.must("policy")
	for _, r := range policy.All("") {
		if !strings.Contains(said, r.ID) || !strings.Contains(strings.Join(strings.Fields(said), " "), "What you can do: "+r.Way) {
			t.Errorf("%s is not there", r.ID)
		}
	}
	if x := s.must("policy", "--network", "x"); !contains(x, "no-names", "one-cashtag") || strings.Contains(x, "safe-domain") {
		t.Errorf("of X: %s", x)
	}
	var all []policy.Rule
	if err := json.Unmarshal([]byte(s.must("policy", "--network", "weibo", "--json")), &all); err != nil ||
		len(all) != len(policy.All("weibo")) || all[0].Source == "" {
		t.Errorf("%v: %d", err, len(all))
	}
	if said, code := s.magpie("policy", "--network", "twitter"); code != 2 || !contains(said, "twitter") {
		t.Errorf("exit %d: %s", code, said)
	}
}

// names tells whether a text has the rule, its source and the way out.
func names(said, rule string) bool {
	r := policy.Of(rule)
	return contains(strings.Join(strings.Fields(said), " "), rule, r.Source, r.Way)
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
			s.threaded(text, time.Hour, "disclosure: \"\"")
			said, code := s.magpie("check")
			if code != 1 || !names(said, rule) || !contains(said, "campaigns/tale.yaml:", "shop: templates/tale.en.tmpl") {
				t.Errorf("check: exit %d: %s", code, said)
			}
			s.remove("campaigns/tale.yaml")
			said, code = s.magpie("push", "shop", "--text", text, "--yes")
			if code == 0 || !names(said, rule) {
				t.Errorf("push: exit %d: %s", code, said)
			}
			s.run()
			if n := s.count(`SELECT count(*) FROM posts WHERE state = 'sent'`); n != "0" {
				t.Errorf("%s went out\n%s", n, s.outbox())
			}
		})
	}
}

// ruled is a shop on the network that has the rule.
func ruled(t *testing.T, rule string) *shop {
	if policy.Of(rule).Networks[0] == "x" {
		s := onX(t, xfake.Options{})
		s.signIn()
		s.run()
		return s.shop
	}
	w := weibo(t, weibofake.Options{})
	w.signIn()
	w.run()
	return w.shop
}

// Advertising on Weibo without the word is refused; with it all is well.
func TestPolicyAdLabel(t *testing.T) {
	t.Parallel()
	s := weibo(t, weibofake.Options{})
	file := "title: Tale\noffer: open\nDsteps:\n  tale: {accounts: [shop], at: " + at(time.Hour) + ", say: tale}\n"
	s.write("campaigns/offers.yaml", basics["campaigns/offers.yaml"]+"open: {value: 5%, codes: \"shared:OPEN5\", link: "+
		"\"https://shop.example/o\"}\n")
	s.write("templates/tale.en.tmpl", "{{value}} off with {{code}}: {{link}}")
	s.write("campaigns/tale.yaml", strings.Replace(file, "D", "", 1))
	if said, code := s.magpie("check"); code != 1 || !names(said, "ad-label") {
		t.Errorf("exit %d: %s", code, said)
	}
	s.write("campaigns/tale.yaml", strings.Replace(file, "D", "disclosure: 广告\n", 1))
	s.must("check")
	s.signIn()
	s.run()
	if said, code := s.magpie("push", "shop", "--text", "5% off: {{link}}", "--offer", "open", "--yes"); code == 0 ||
		!names(said, "ad-label") {
		t.Errorf("push: exit %d: %s", code, said)
	}
}
