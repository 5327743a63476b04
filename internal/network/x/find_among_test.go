package x

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/x/xfake"
)

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
