package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"magpie/internal/acts"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/outbox/outboxtest"
	"magpie/internal/store/storetest"
	"magpie/internal/workspace"
)

func isAgain(err error) bool { return errors.Is(err, acts.ErrAgain) }

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

// laterStep is a step of an hour hence.
const laterStep = "  more:\n    accounts: [outlet]\n    at: 2027-11-26 14:30\n    say: hours\n"

// TestFollows: what one machine applies is in force on all within two seconds,
// from whatever folder.
func TestFollows(t *testing.T) {
	x, a, b := pair(t)
	// As “magpie apply” does: a process of its own.
	c := x.machine(x.place, func(o *Options) {
		o.Here = true
		putFiles(t, o.Dir, map[string]string{"campaigns/bf.yaml": files["campaigns/bf.yaml"] + laterStep})
	})
	if a.Set().Hash == c.Set().Hash {
		t.Fatal("the files are the same")
	}
	if err := c.Acts.Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, m := range []*Bot{a, b} {
		x.soon("the new files", func() bool { return m.Set().Hash == c.Set().Hash })
	}
	if all := outboxtest.Where(t, a.DB.Read, `step = 'more'`); len(all) != 1 || all[0].State != outbox.Planned {
		t.Errorf("planned are %+v", all)
	}
	// A machine that starts now has them too, whatever lies in its folder.
	d := x.machine(x.place, nil)
	if d.Set().Hash != c.Set().Hash {
		t.Error("a new machine begins with the files in its folder")
	}
	n, err := d.Revision(t.Context())
	if err != nil || n != 2 {
		t.Errorf("revision %d, %v", n, err)
	}
}

// TestWatches: with Watch, an edit in the folder is applied for all.
func TestWatches(t *testing.T) {
	x := newTeam(t)
	a := x.machine(x.place, func(o *Options) { o.Watch = true })
	x.starts(a)
	b := x.machine(x.place, nil)
	x.starts(b)
	x.shared(a, b)
	before := b.Set().Hash
	putFiles(t, a.Dir, map[string]string{"templates/tip.en.tmpl": "A new tip."})
	x.soon("the edit on the other machine", func() bool {
		return b.Set().Hash != before &&
			b.Set().Hash == a.Set().Hash
	})
	// An edit where nobody watches is not in force.
	putFiles(t, b.Dir, map[string]string{"templates/tip.en.tmpl": "An edit by mistake."})
	time.Sleep(1500 * time.Millisecond)
	if b.Set().Hash != a.Set().Hash || b.Set().Templates["tip"].Texts[0].Source != "A new tip." {
		t.Error("the edit of a folder that nobody watches is in force")
	}
}

// TestPauseForAll: what one machine pauses, no machine sends a second later.
func TestPauseForAll(t *testing.T) {
	x, a, b := pair(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	want := map[string][]string{}
	go func() {
		defer close(ended)
		for i := 0; ctx.Err() == nil; i++ {
			account, text := both[i%2], fmt.Sprintf("Number %d.", i)
			if _, err := a.Acts.Push(context.Background(), acts.Push{Account: account, Text: text, Who: "ann"}); err != nil {
				t.Error(err)
				return
			}
			want[account] = append(want[account], text)
			time.Sleep(10 * time.Millisecond)
		}
	}()
	x.eventually("posts of both", func() bool { return len(x.texts("home")) > 10 && len(x.texts("outlet")) > 10 })
	if _, err := b.Acts.Halt(t.Context(), "all", "", "a mistake", "bob", true); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second)
	at := []int{len(x.texts("home")), len(x.texts("outlet"))}
	time.Sleep(time.Second)
	if now := []int{len(x.texts("home")), len(x.texts("outlet"))}; now[0] != at[0] || now[1] != at[1] {
		t.Errorf("%v are out, after the pause %v", at, now)
	}
	cancel()
	<-ended
	if _, err := a.Acts.Halt(t.Context(), "all", "", "", "bob", false); err != nil {
		t.Fatal(err)
	}
	for _, account := range both {
		x.once(account, want[account])
	}
}

// preparing does something as a post's bytes are made.
type preparing struct {
	network.Client
	do func()
}

func (p preparing) Prepare(ctx context.Context, d network.Draft) (network.Sealed, error) {
	p.do()
	return p.Client.Prepare(ctx, d)
}

// TestOldWordsAreNotFrozen: while a post is being made, another machine applies
// other words. Those go out, whether this machine knows of them yet or not.
func TestOldWordsAreNotFrozen(t *testing.T) {
	storetest.PostgresOnly(t)
	for name, knows := range map[string]bool{"unknown yet": false, "known": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "2027-11-26 09:00", nil)
			applied := 0
			apply := func() {
				if applied++; applied > 1 {
					return
				}
				dir := t.TempDir()
				all := map[string]string{}
				for k, v := range files {
					all[k] = v
				}
				all["templates/tease.en.tmpl"] = "Other words."
				putFiles(t, dir, all)
				o := w.Options
				o.Dir, o.Here = dir, true
				w.must(copyKey(w.Dir, dir))
				other := must(Open(t.Context(), o))
				defer other.Close()
				w.must(other.Acts.Apply(t.Context()))
				if knows {
					w.follow(t.Context())
				}
			}
			before := w.Accounts.Clients
			w.Accounts.Clients = func(a *workspace.Account) (network.Client, error) {
				c, err := before(a)
				return preparing{c, apply}, err
			}
			for a, x := range w.Accounts.Opened() {
				x.Client.Set(w.Accounts.Clients(w.Set().Accounts[a]))
			}
			w.now = at(t, "2027-11-26 10:00")
			for _, x := range w.Accounts.Opened() {
				_, err := x.Publisher.Pass(t.Context())
				w.must(err)
			}
			if applied == 0 {
				t.Fatal("nothing was prepared")
			}
			for _, text := range w.texts("outlet") {
				if strings.Contains(text, "Tomorrow at nine") {
					t.Fatalf("the old words are out: %q", text)
				}
			}
			w.follow(t.Context())
			w.step(at(t, "2027-11-26 10:01"))
			w.is("tease", outbox.Sent)
			if got := w.texts("outlet"); len(got) == 0 || got[len(got)-1] != "Other words." {
				t.Errorf("got %q", got)
			}
		})
	}
}

// TestFollowTakesNoEditBack: while an edit is put in force, a look for the revision of other machines does not put the older one back.
func TestFollowTakesNoEditBack(t *testing.T) {
	storetest.PostgresOnly(t)
	w := newWorld(t, "2027-11-26 09:00", nil)
	ctx, end := context.WithCancel(t.Context())
	var looks sync.WaitGroup
	looks.Go(func() {
		for ctx.Err() == nil {
			w.follow(ctx)
		}
	})
	defer looks.Wait()
	defer end()
	for i := range 40 {
		text := fmt.Sprintf("Words, edition %d.", i)
		w.edit(map[string]string{"templates/tease.en.tmpl": text})
		if got := string(w.Set().Files["templates/tease.en.tmpl"]); got != text {
			t.Fatalf("after the edit %q is in force: %q", text, got)
		}
		if n, err := w.Revision(t.Context()); err != nil || n != w.Files().Number {
			t.Fatalf("revision %d is in force, and this machine works with %d: %v", n, w.Files().Number, err)
		}
	}
}
