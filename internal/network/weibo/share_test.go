package weibo

import (
	"net/url"
	"slices"
	"testing"

	"magpie/internal/network"
	"magpie/internal/network/weibo/weibofake"
)

// A post carries its text, the address of whoever posts, and nothing else.
func TestShare(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{})
	text := "黑五促销 100% + 1 & 1=2 🍊\n" + shop
	r := d.publish(network.Draft{Key: "k", Text: text, Language: "zh"})
	p := d.a.Posts()
	if len(p) != 1 || p[0].Text != text || p[0].Rip != ip || p[0].Picture != nil {
		t.Fatalf("got %+v", p)
	}
	if r.ID != p[0].ID || r.URL != "https://weibo.com/"+d.a.ID+"/"+p[0].ID {
		t.Errorf("receipt %+v", r)
	}
	form := d.s.Requests()[0].Form
	if want := (url.Values{"status": {text}, "rip": {ip}}); !equal(form, want) {
		t.Errorf("sent %v, want %v", form, want)
	}
	if all := d.spent.taken(); !slices.Equal(all, []network.Purpose{network.ForPosts}) {
		t.Errorf("taken for %v", all)
	}
}

func equal(a, b url.Values) bool { return a.Encode() == b.Encode() }

func TestShareable(t *testing.T) {
	t.Parallel()
	for text, words := range map[string]string{
		"Sale " + shop:                                    "",
		"促销https://example.com/a。现在":                      "",
		"Sale https://EXAMPLE.com":                        "",
		"Sale HTTPS://example.com/A":                      "",
		"No. #1 " + shop:                                  "",
		"https://example.com/a#1 https://example.com/b#2": "", // no topic
		"":                               "has no link under",
		"Sale example.com":               "has no link under",
		"Sale https://example.org":       "has no link under",
		"Sale https://notexample.com":    "has no link under",
		"https://example.com.evil.org/":  "has no link under",
		"https://evil.org/?example.com":  "has no link under",
		"https://example.com@evil.org/":  "has no link under",
		"https://evil.org/#.example.com": "has no link under",
		"#黑五# " + shop:                   "(between two # signs)",
		"a#b c#d " + shop:                "(between two # signs)",
		"#黑五\n促销# https://example.com/a": "(between two # signs)",
	} {
		d := begin(t, weibofake.Options{})
		s, err := d.c.Prepare(t.Context(), network.Draft{Text: text})
		if words != "" {
			d.fails(err, network.Refused, words)
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if _, err = d.c.Publish(t.Context(), s); err != nil {
			t.Errorf("%q: the fake says %v", text, err)
		}
	}
}

// Without a link Weibo itself refuses; by contract it is no matter.
func TestContract(t *testing.T) {
	t.Parallel()
	free := func(s *network.Settings) { c := chosen(*s); c.Contract, c.SafeDomain = true, "" }
	d := begin(t, weibofake.Options{}, free)
	_, err := d.c.Publish(t.Context(), d.seal(network.Draft{Text: "No link"}))
	d.fails(err, network.SignedOut, "10014", "contract")
	d = begin(t, weibofake.Options{FreeText: true}, free)
	d.publish(network.Draft{Text: "#黑五# no link"})
	if d.a.Posts()[0].Text != "#黑五# no link" {
		t.Errorf("got %+v", d.a.Posts())
	}
	d = begin(t, weibofake.Options{}, func(s *network.Settings) { chosen(*s).SafeDomain = ".shop.example.com" })
	d.publish(network.Draft{Text: "Sale " + shop})
	_, err = d.c.Prepare(t.Context(), network.Draft{Text: "Sale https://www.example.com"})
	d.fails(err, network.Refused, "shop.example.com", "has no link under")
}
