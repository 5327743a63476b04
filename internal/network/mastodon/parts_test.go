package mastodon

import (
	"strings"
	"testing"

	"magpie/internal/network"
	"magpie/internal/sandbox"
)

// The key is the same for the same post, and tells the server nothing of it.
func TestKey(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{Variant: sandbox.Variant{Idempotency: sandbox.KeysIgnored}})
	c := newClient(t, s.URL())
	for _, text := range []string{"one", "two"} {
		for range 2 {
			_, err := c.Publish(t.Context(), sealed(t, c, network.Draft{Text: text}))
			must(t, err)
		}
	}
	p := s.Posts(brand)
	if len(p) != 4 || p[0].Key != p[1].Key || p[2].Key != p[3].Key || p[0].Key == p[2].Key || len(p[0].Key) != 32 ||
		strings.Contains(p[0].Key, "campaign") {
		t.Errorf("got %+v", p)
	}
}

func TestLimitsAreTheServers(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{Variant: sandbox.Variant{MaxCharacters: 1234}})
	l, err := newClient(t, s.URL()).Limits(t.Context())
	must(t, err)
	if l.Text != 1234 || l.URL != 23 || l.Media.Pictures.Count != 4 || l.Alt != 1500 || l.Media.Pictures.Bytes != 16_777_216 {
		t.Errorf("got %+v", l)
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		`<p>Hello<br>you</p><p>there</p>`: "Hello\nyou\nthere",
		`<p><span class="h-card"><a href="https://x/@pomelo" class="u-url mention">@<span>pomelo</span></a></span> 促销 &amp; &lt;3 &#39;</p>`:                             "@pomelo 促销 & <3 '",
		`<p><a href="https://shop.example/a"><span class="invisible">https://</span><span class="ellipsis">shop.example</span><span class="invisible">/a</span></a></p>`: "https://shop.example/a",
		`no tags at all`: "no tags at all", ``: "", `<p>a<br/>b</p>`: "a\nb", `<script>alert(1)</script>`: "alert(1)", `<p>open`: "open",
		`a < b`: "a < b",
	} {
		if got := plain(content); got != want {
			t.Errorf("%s: got %q, want %q", content, got, want)
		}
	}
}

func TestHandles(t *testing.T) {
	t.Parallel()
	for h, ok := range map[string]bool{"ann": true, "ann@social.example": true, "a.n-n_1@social.example:3000": true,
		"@ann@social.example": false, "": false, "ann@": false, "柚子@social.example": false, "ann ": false, "ann@social example": false,
		"a@b@c": false} {
		if got := Kind().CheckHandle(h); (got == "") != ok {
			t.Errorf("%q: %q", h, got)
		}
	}
}
