package x

import (
	"fmt"
	"strings"
	"testing"
	"time"

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

// A long text is cut by X, unless the whole is asked for, by both names.
func TestFindLongPost(t *testing.T) {
	t.Parallel()
	for _, newNames := range []bool{false, true} {
		r := newRig(t, xfake.Options{Unlimited: true, Premium: true, NewNames: newNames})
		s := r.seal(network.Draft{Text: strings.Repeat("long & longer https://shop.example/a ", 30)})
		_, err := r.c.Publish(t.Context(), s)
		r.ok(err)
		if _, found := r.find(s); !found {
			t.Errorf("new names %v: not found", newNames)
		}
		other := r.seal(network.Draft{Text: strings.Repeat("long & longer https://shop.example/a ", 29) + "but not the same"})
		if _, found := r.find(other); found {
			t.Error("another long text is taken for it")
		}
	}
}

// What looks alike is not the same: another text, an answer, what others wrote.
func TestFindNothingElse(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	ann := r.s.Person("ann")
	asked, also := ann.Say("@brand hi"), ann.Say("@brand hello")
	ann.Say("same words")
	r.publish(network.Draft{Text: "same words", ReplyTo: replyRef(also)})
	gone := r.publish(network.Draft{Text: "deleted"})
	r.ok(r.c.Delete(t.Context(), gone.ID))
	for _, d := range []network.Draft{
		{Text: "same words"}, {Text: "same words", ReplyTo: replyRef(asked)}, {Text: "deleted"}, {Text: ""}, {Text: "same"},
		{Text: "same words", Direct: true, To: &network.Person{ID: ann.ID()}},
	} {
		if id, found := r.find(r.seal(d)); found {
			t.Errorf("%+v is taken for %s", d, id)
		}
	}
}

// The same answer to several people, and the same text as another's: each is its own.
func TestFindWhatIsTaken(t *testing.T) {
	t.Parallel()
	now := newClock()
	r := newRig(t, xfake.Options{Unlimited: true, Clock: now.now, DuplicateWindow: time.Minute})
	s := r.seal(network.Draft{Text: "good morning"})
	var ids []string
	for range 3 {
		it, err := r.c.Publish(t.Context(), s)
		r.ok(err)
		ids = append(ids, it.ID)
		now.pass(2 * time.Minute)
	}
	for range 3 {
		if id, found := r.find(s, ids[1:]...); !found || id != ids[0] {
			t.Errorf("found %v %s", found, id)
		}
	}
	if _, found := r.find(s, ids...); found {
		t.Error("found one that is taken")
	}
}

// What the index does not know yet is found later; what is older is not looked at.
func TestFindUnderLag(t *testing.T) {
	t.Parallel()
	now := newClock()
	r := newRig(t, xfake.Options{Unlimited: true, Clock: now.now, IndexLag: 5 * time.Second})
	s := r.seal(network.Draft{Text: "hello"})
	began := now.now()
	_, err := r.c.Publish(t.Context(), s)
	r.ok(err)
	look := func(since time.Time) bool {
		_, found, err := r.c.Find(t.Context(), s, since, func(string) bool { return false })
		r.ok(err)
		return found
	}
	if look(began) {
		t.Error("found before the index knew it")
	}
	now.pass(6 * time.Second)
	if !look(began) || !look(began.Add(300*time.Millisecond)) || look(began.Add(2*time.Second)) {
		t.Error("not found, or found too far back")
	}
}

// It may be behind many others.
func TestFindFarBack(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	s := r.seal(network.Draft{Text: "the first"})
	it, err := r.c.Publish(t.Context(), s)
	r.ok(err)
	for i := range 230 {
		r.publish(network.Draft{Text: fmt.Sprint("more ", i)})
	}
	if id, found := r.find(s); !found || id != it.ID {
		t.Error("not found")
	}
	all, err := r.c.Posts(t.Context(), time.Now().Add(-time.Hour))
	if r.ok(err); len(all) != 231 {
		t.Errorf("%d posts", len(all))
	}
}

// A message with a picture is found though X adds a link to it.
func TestFindDirectWithPicture(t *testing.T) {
	t.Parallel()
	r := boundless(t)
	ann := r.s.Person("ann")
	ann.Wrote("brand")
	s := r.seal(network.Draft{Text: "look", Direct: true, To: &network.Person{ID: ann.ID()}, Images: []network.Image{photo(t, 1, "")}})
	it, err := r.c.Publish(t.Context(), s)
	r.ok(err)
	if id, found := r.find(s); !found || id != it.ID {
		t.Error("not found")
	}
	if _, found := r.find(s, it.ID); found {
		t.Error("found one that is taken")
	}
}
