package x

import (
	"strings"
	"testing"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

// odd are texts that X gives back in another form.
var odd = []string{
	"plain",
	"fish & chips < 5 > 3 &amp; &lt;",
	"see https://shop.example/a?b=c&d=e#f and http://other.example/",
	"a link at the end https://shop.example",
	"https://shop.example/?a=1&copy=2&reg=3&lt=4&notit=5",
	"(https://shop.example/a_(b)) “https://shop.example/c”, https://shop.example/d.",
	"two  spaces\nand\n\nlines\tand a tab",
	"  around  ",
	"柚子 🍊 https://shop.example/柚子",
	"@nobody is named, and @brand is us",
	"twice https://shop.example/x twice https://shop.example/x",
	"https://x.com/brand/status/1/photo/1",
	"an own link https://x.com/brand/status/1/photo/1 in the middle",
	"an own link at the end https://x.com/brand/status/1/photo/1",
	"AT&copy; &#38; &amp;lt; done",
}

// What is out is found, however X writes it.
func TestFindOddTexts(t *testing.T) {
	t.Parallel()
	for _, picture := range []bool{false, true} {
		r := boundless(t)
		for _, text := range odd {
			d := network.Draft{Text: text}
			if picture {
				d.Images = []network.Image{photo(t, 1, "")}
			}
			s := r.seal(d)
			it, err := r.c.Publish(t.Context(), s)
			r.ok(err)
			if id, found := r.find(s); !found || id != it.ID {
				t.Errorf("picture %v: %q is not found", picture, text)
			}
		}
	}
}

// The same in answers, before which X writes names, and in messages.
func TestFindOddAnswers(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	ann, bob := r.s.Person("ann"), r.s.Person("bob")
	asked := ann.Say("@brand @bob hi")
	_ = bob
	for _, text := range append(odd, "@ann thanks", "@ann @bob thanks", "@bob", "thanks @ann", "@brand @ann @bob") {
		s := r.seal(network.Draft{Text: text, ReplyTo: replyRef(asked)})
		it, err := r.c.Publish(t.Context(), s)
		r.ok(err)
		if id, found := r.find(s); !found || id != it.ID {
			t.Errorf("%q is not found", text)
		}
		s = r.seal(network.Draft{Text: text, Direct: true, To: &network.Person{ID: ann.ID()}})
		ann.Wrote("brand")
		if it, err = r.c.Publish(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if id, found := r.find(s); !found || id != it.ID {
			t.Errorf("%q is not found among messages", text)
		}
	}
}

// Links without a scheme come back with one.
func TestFindSchemelessLink(t *testing.T) {
	t.Parallel()
	r := newRig(t, xfake.Options{Unlimited: true, Links: func(text string) (all [][2]int) {
		for from := 0; ; {
			at := strings.Index(text[from:], "shop.example")
			if at < 0 {
				return all
			}
			all = append(all, [2]int{from + at, from + at + len("shop.example")})
			from += at + len("shop.example")
		}
	}})
	for _, text := range []string{"see shop.example", "(shop.example)", "“shop.example”", "shop.example, shop.example!", "a shop.example/ b"} {
		s := r.seal(network.Draft{Text: text})
		_, err := r.c.Publish(t.Context(), s)
		r.ok(err)
		if _, found := r.find(s); !found {
			t.Errorf("%q is not found", text)
		}
	}
}
