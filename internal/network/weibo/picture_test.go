package weibo

import (
	"bytes"
	"strings"
	"testing"

	"magpie/internal/network"
	"magpie/internal/network/networktest"
	"magpie/internal/network/weibo/weibofake"
)

func TestPicture(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{})
	pic, text := networktest.Picture("柚子.png", 1), "Look 🍊 100%+ "+shop
	s := d.seal(network.Draft{Text: text, Images: []network.Image{pic}})
	if again := d.seal(network.Draft{Text: text, Images: []network.Image{pic}}); !bytes.Equal(s.Body, again.Body) {
		t.Error("the same post, other bytes")
	}
	if len(d.s.Requests()) != 0 {
		t.Error("preparing makes a call")
	}
	r, err := d.c.Publish(t.Context(), s)
	d.must(err)
	if p := d.a.Posts()[0]; !bytes.Equal(p.Picture, pic.Data) || p.Text != text || p.Rip != ip || p.ID != r.ID {
		t.Errorf("got %d bytes, %q, %q", len(p.Picture), p.Text, p.Rip)
	}
	for code, data := range map[string][]byte{"20005": []byte("words"), "20006": append(pic.Data, make([]byte, 5<<20)...)} {
		pic.Data = data
		_, err = d.c.Publish(t.Context(), d.seal(network.Draft{Text: "Other words " + shop, Images: []network.Image{pic}}))
		d.fails(err, network.Refused, code)
	}
}

// What can't go with a text is refused, not left out in silence.
func TestPicturesThatCanNotGo(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{})
	one := networktest.Picture("a.png", 1)
	for name, x := range map[string]network.Draft{
		"comment": {ReplyTo: ref{Status: "1"}.String(), Images: []network.Image{one}},
		"private": {Direct: true, To: &network.Person{ID: "1"}, Images: []network.Image{one}},
		"two":     {Images: []network.Image{one, one}},
	} {
		x.Text = "Look " + shop
		if _, err := d.c.Prepare(t.Context(), x); err == nil || network.ReasonOf(err) != network.Refused {
			t.Errorf("%s: got %v, want refused", name, err)
		}
	}
}

// The longest text that fits by our count is taken, and no more.
func TestLength(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{Length: zi, Recent: -1})
	l, err := d.c.Limits(t.Context())
	d.must(err)
	for _, unit := range []string{"柚", "aa", "🍊", "éa"} {
		for more, want := range map[string]bool{"": true, "柚": false} {
			n := most(func(n int) bool { return measure(strings.Repeat(unit, n)+shop, false, l).Fits() })
			text := strings.Repeat(unit, n) + more + shop
			if got := measure(text, false, l).Fits(); got != want {
				t.Fatalf("%q: fits %v", text, got)
			}
			_, err := d.c.Publish(t.Context(), d.seal(network.Draft{Text: text}))
			if want {
				d.must(err)
			} else {
				d.fails(err, network.Refused, "20012", "140")
			}
		}
	}
}

// most is the largest n that fits.
func most(fits func(int) bool) (n int) {
	for fits(n + 1) {
		n++
	}
	return n
}

// By contract posts are longer; comments are not.
func TestLongComment(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{FreeText: true}, func(s *network.Settings) { c := chosen(*s); c.LongText, c.Contract = true, true })
	l, err := d.c.Limits(t.Context())
	d.must(err)
	if l.Text != 2000 || l.URL != 10 || l.Direct != 299 {
		t.Errorf("limits %+v", l)
	}
	d.publish(network.Draft{Text: "long " + shop})
	if got := d.s.Requests()[0].Form.Get("is_longtext"); got != "1" {
		t.Errorf("is_longtext is %q", got)
	}
	x := network.Draft{Text: strings.Repeat("柚", 141), ReplyTo: ref{Status: d.a.Posts()[0].ID}.String()}
	if _, err = d.c.Prepare(t.Context(), x); network.ReasonOf(err) != network.Refused || err == nil {
		t.Errorf("a comment of 141 characters: %v, want refused", err)
	}
	x.Text = strings.Repeat("柚", 140)
	d.publish(x)
}
