package x_test

import (
	"strings"
	"testing"

	"magpie/internal/whole/kit"

	"magpie/internal/network/weibo/weibofake"
	"magpie/internal/network/x/xfake"
	"magpie/internal/sandbox"
)

// What can't be meant is said with file, line and column, and how to mend it.
func TestXAndWeiboMistakes(t *testing.T) {
	t.Parallel()
	const rest = "about: shop\nlanguage: en\ntimezone: UTC\ncredentials: stored\n"
	for name, c := range map[string]struct{ file, says string }{
		"x on Mastodon":  {"network: mastodon\nserver: https://s.example\n" + rest + "x: {budget: 5 USD}\n", "accounts/shop.yaml:7:"},
		"weibo on X":     {"network: x\n" + rest + kit.Allowed + "\n", "accounts/shop.yaml:6:"},
		"no weibo":       {"network: weibo\n" + rest, "Weibo is off"},
		"weibo off":      {"network: weibo\n" + rest + "weibo: {enabled: false}\n", "Weibo is off"},
		"no safe domain": {"network: weibo\n" + rest + "weibo: {enabled: true, ip: 203.0.113.7}\n", "safe_domain"},
		"an address": {"network: weibo\n" + rest + "weibo: {enabled: true, safe_domain: " +
			"\"https://shop.example/\", ip: 203.0.113.7}\n", "safe_domain"},
		"no ip": {"network: weibo\n" + rest + "weibo: {enabled: true, safe_domain: shop.example, ip: home}\n", "public address"},
		"an ip of the house": {"network: weibo\n" + rest + "weibo: {enabled: true, safe_domain: shop.example, ip: 192.168.1.7}\n",
			"public address"},
		"calls below nothing": {"network: weibo\n" + rest + "weibo: {enabled: true, safe_domain: shop.example, ip: 203.0.113.7, calls: -1}\n",
			"whole number"},
		"euros":             {"network: x\n" + rest + "x: {budget: 5 EUR}\n", "is not an amount"},
		"less than nothing": {"network: x\n" + rest + "x: {budget: -5 USD}\n", "is not an amount"},
		"nothing at all":    {"network: x\n" + rest + "x: {budget: 0 USD}\n", "0 USD"},
		"a bad handle":      {"network: x\nhandle: \"@shop\"\n" + rest, "is not a handle"},
		"unknown key":       {"network: x\n" + rest + "x: {bugdet: 5 USD}\n", "did you mean"},
		"twitter":           {"network: twitter\n" + rest, "twitter"},
		"X in plain http":   {"network: x\nserver: http://api.x.com\n" + rest, "not the address of a server"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := kit.Open(t, sandbox.Variant{}, "shop")
			s.Write("accounts/shop.yaml", c.file)
			if said, code := s.Magpie("check"); code != 1 || !kit.Contains(said, "accounts/shop.yaml:", c.says) {
				t.Fatalf("check: %d: %s", code, said)
			}
			if said, code := s.Login("a b c d", ""); code != 1 || !strings.Contains(said, "accounts/shop.yaml") {
				t.Errorf("login: %d: %s", code, said)
			}
		})
	}
}

// The credentials of one network given to an account of another are refused in
// words, and are not sent where they do not belong.
func TestCredentialsOfAnotherNetwork(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{})
	w := weibofake.Open(t, weibofake.Options{})
	token := w.Account("柚子").Token
	s.Write("templates/later.en.tmpl", "See https://shop.example/later") // as Weibo wants it
	for what, c := range map[string]struct{ file, words string }{
		"X's keys on Mastodon":        {"network: mastodon\nserver: " + s.Net.URL(), s.Keys()},
		"X's keys on Weibo":           {"network: weibo\nserver: " + w.URL + "\n" + kit.Allowed, s.Keys()},
		"X's server for Weibo":        {"network: weibo\nserver: " + s.X.URL + "\n" + kit.Allowed, token},
		"Weibo's server for X":        {"network: x\nserver: " + w.URL, s.Keys()},
		"Mastodon's server for X":     {"network: x\nserver: " + s.Net.URL(), s.Keys()},
		"Mastodon's server for Weibo": {"network: weibo\nserver: " + s.Net.URL() + "\n" + kit.Allowed, token},
	} {
		s.Write("accounts/shop.yaml", c.file+"\nabout: shop\nlanguage: en\ntimezone: UTC\ncredentials: stored\n")
		said, code := s.Login(c.words, "")
		if code != 3 || !kit.Contains(said, "nothing was stored") {
			t.Errorf("%s: %d: %s", what, code, said)
		}
		for _, word := range strings.Fields(c.words) {
			if strings.Contains(said, word) {
				t.Errorf("%s: it shows %s: %s", what, word, said)
			}
		}
	}
	s.NothingStored()
}

// An account whose network changes in the file does not use what is stored for the other.
func TestNetworkOfAnAccountChanges(t *testing.T) {
	t.Parallel()
	s := kit.OnX(t, xfake.Options{})
	h := s.Listen()
	s.Consent()
	s.Run()
	w := weibofake.Open(t, weibofake.Options{})
	s.Write("templates/later.en.tmpl", "See https://shop.example/later") // as Weibo wants it
	s.Write("accounts/shop.yaml", "network: weibo\nserver: "+w.URL+"\n"+kit.Allowed+"\nabout: shop\nlanguage: en\ntimezone: "+
		"UTC\ncredentials: stored\n")
	s.Magpie("run", "--once")
	for _, r := range w.Requests() {
		t.Logf("Weibo was asked: %s %s", r.Method, r.Path)
	}
	if told := h.Of("signed out"); len(told) != 1 || !kit.Contains(told[0].Text, "magpie accounts login shop") {
		t.Errorf("told: %v", told)
	}
	if said, code := s.Magpie("accounts", "verify"); code != 1 || !kit.Contains(said, "magpie accounts login") {
		t.Errorf("verify: %d: %s", code, said)
	}
}
