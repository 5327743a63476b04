package people_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"magpie/internal/network"
	"magpie/internal/people"
	"magpie/internal/segment"
)

func TestMeetAgain(t *testing.T) {
	b := open(t)
	ann := meet(t, b, "1", "Ann@Social.Example")
	for _, handle := range []string{"ann@social.example", "@ANN@social.example", " ann@SOCIAL.example "} {
		if got := meet(t, b, "1", handle); got != ann {
			t.Errorf("%q is another person", handle)
		}
		if got := find(t, b, handle); got != ann {
			t.Errorf("%q is not found", handle)
		}
	}
	if other := meetWho(t, b, "bluesky", network.Person{ID: "1", Handle: "ann@social.example"}); other == ann {
		t.Error("the same id on another network is the same person")
	}
	if n := count(t, b, `SELECT count(*) FROM persons`); n != 2 {
		t.Errorf("%d persons", n)
	}
	if find(t, b, "nobody") != 0 {
		t.Error("nobody is found")
	}
	if p, err := b.Get(t.Context(), 77); p != nil || err != nil {
		t.Errorf("got %v, %v", p, err)
	}
}

func TestChangedHandle(t *testing.T) {
	b := open(t)
	ann := meet(t, b, "1", "ann")
	if got := meet(t, b, "1", "anna"); got != ann {
		t.Fatal("with a new handle she is another person")
	}
	if d := cmp.Diff([]people.Handle{{Network: "mastodon", Handle: "anna", RemoteID: "1"}}, get(t, b, ann).Handles); d != "" {
		t.Error(d)
	}
	if find(t, b, "ann") != 0 {
		t.Error("the old handle is hers still")
	}
}

// TestReusedHandle: a handle that somebody gave up and another took does not
// make one of the two.
func TestReusedHandle(t *testing.T) {
	t.Run("met under the new owner's name", func(t *testing.T) {
		b := open(t)
		ann := meet(t, b, "1", "ann")
		bob := meet(t, b, "2", "ann")
		if ann == bob || find(t, b, "ann") != bob {
			t.Fatalf("ann %d, bob %d, found %d", ann, bob, find(t, b, "ann"))
		}
		if got := meet(t, b, "1", "ann.2"); got != ann || find(t, b, "ann.2") != ann {
			t.Error("she is lost")
		}
	})
	t.Run("the new owner was known before", func(t *testing.T) {
		b := open(t)
		ann, bob := meet(t, b, "1", "ann"), meet(t, b, "2", "bob")
		if got := meet(t, b, "2", "ann"); got != bob || find(t, b, "ann") != bob {
			t.Fatalf("got %d, want %d", got, bob)
		}
		if got := meet(t, b, "1", "bob"); got != ann || find(t, b, "bob") != ann {
			t.Error("they have not changed places")
		}
	})
	t.Run("twice", func(t *testing.T) {
		b := open(t)
		seen := map[int64]bool{}
		for _, id := range []string{"1", "2", "3"} {
			seen[meet(t, b, id, "ann")] = true
		}
		if len(seen) != 3 || !seen[find(t, b, "ann")] {
			t.Errorf("%d persons", len(seen))
		}
	})
}

// TestFormerHandle: nothing is sent to a name that is no more.
func TestFormerHandle(t *testing.T) {
	b := open(t)
	ann := meet(t, b, "1", "ann")
	meet(t, b, "2", "ann")
	grant(t, b, ann, "outlet")
	all, err := segment.Compile("1 == 1")
	if err != nil {
		all, err = segment.Compile("orders >= 0")
	}
	if err != nil {
		t.Fatal(err)
	}
	to, err := people.Recipients(t.Context(), b.DB.Read, all, people.Speaker{Account: "outlet", Network: "mastodon"}, 0, 10, noon)
	if err != nil || len(to) != 2 {
		t.Fatalf("%v, %v", to, err)
	}
	for _, r := range to {
		if r.Person == ann && r.Missing == "" {
			t.Errorf("a post would go to %q", r.To.Handle)
		}
	}
}

// TestImportedThenMet: a customer known by the handle is the person we meet,
// and what the network knows of them is kept.
func TestImportedThenMet(t *testing.T) {
	b := open(t)
	load(t, b, "mastodon,name", "@Ann@social.example,Ann Smith")
	id := meetWho(t, b, "mastodon", network.Person{ID: "1", Handle: "ann@social.example", Name: "annie", Language: "de", Followers: 20_000,
		Bot: true})
	if id != find(t, b, "ann@social.example") || count(t, b, `SELECT count(*) FROM persons`) != 1 {
		t.Fatal("two persons")
	}
	p := get(t, b, id)
	if p.Name != "Ann Smith" || p.On("mastodon").RemoteID != "1" {
		t.Errorf("got %+v", p)
	}
	if p.Followers != 20_000 {
		t.Errorf("%d people follow her, want 20000: segments ask for followers_count", p.Followers)
	}
}

// TestFollowersCountIsFresh: who was small when we met and is big now is an
// opinion leader.
func TestFollowersCountIsFresh(t *testing.T) {
	b := open(t)
	who := network.Person{ID: "1", Handle: "ann", Followers: 10}
	id := meetWho(t, b, "mastodon", who)
	who.Followers = 20_000
	meetWho(t, b, "mastodon", who)
	if n := get(t, b, id).Followers; n != 20_000 {
		t.Errorf("%d, want 20000", n)
	}
}

func TestUndone(t *testing.T) {
	b := open(t)
	no := errors.New("no")
	tx, err := b.DB.Writer().Begin()
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Meet(context.Background(), tx, "mastodon", network.Person{ID: "1", Handle: "ann"}, noon)
	if err := errors.Join(err, tx.Rollback()); err != nil {
		t.Fatal(err, no)
	}
	if find(t, b, "ann") != 0 {
		t.Error("she is there")
	}
}
