package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/outbox/outboxtest"
	"magpie/internal/store/storetest"
	"magpie/internal/workspace"
)

// TestTwoMachines share the accounts, whoever a post is given to.
func TestTwoMachines(t *testing.T) {
	x, a, b := pair(t)
	want := map[string][]string{}
	for i := range 20 {
		for _, account := range both {
			text := fmt.Sprintf("%s, number %d.", strings.Repeat(account+" ", 4), i)
			want[account] = append(want[account], text)
			x.push([]*Bot{a, b}[i%2], account, text)
		}
	}
	for _, account := range both {
		x.once(account, want[account])
	}
}

// TestMachineDies: within the time of a lease and a little, the other has all
// accounts and sends what was waiting.
func TestMachineDies(t *testing.T) {
	x := newTeam(t)
	b := x.machine(x.place, nil)
	x.starts(b)
	a := x.machine(x.place, nil)
	die := x.startsAndDies(a)
	x.shared(a, b)
	theirs := holds(a)[0][0]
	x.push(b, theirs, "Before.")
	x.once(theirs, []string{"Before."})
	die()
	x.push(b, theirs, "After.")
	answer := x.asked(theirs, "p1@s.example")
	x.soon("the other having both", func() bool { return len(holds(b)[0]) == 2 })
	x.once(theirs, []string{"Before.", "After.", answer})
}

// TestDiesWhileSending: the network has a post, and the machine dies before it
// can write that down. The other finds it there, and sends nothing twice.
func TestDiesWhileSending(t *testing.T) {
	x := newTeam(t)
	b := x.machine(x.place, nil)
	x.starts(b)
	line, near := storetest.Through(t, x.place)
	a := x.machine(near, func(o *Options) {
		before := o.Clients
		o.Clients = func(acc *workspace.Account) (network.Client, error) {
			c, err := before(acc)
			return publishing{c, line.Cut}, err
		}
	})
	die := x.startsAndDies(a)
	x.shared(a, b)
	theirs := holds(a)[0][0]
	x.push(b, theirs, "Sent.")
	x.eventually("the other having both", func() bool { return len(holds(b)[0]) == 2 })
	die()
	x.eventually("its state", func() bool {
		all := outboxtest.Where(t, b.DB.Read, `campaign = 'push' AND state = 'sent'`)
		return len(all) == 1 && all[0].Doubts > 0
	})
	x.once(theirs, []string{"Sent."})
}

// publishing does something as soon as the network has a post.
type publishing struct {
	network.Client
	then func()
}

func (p publishing) Publish(ctx context.Context, s network.Sealed) (network.Receipt, error) {
	r, err := p.Client.Publish(ctx, s)
	p.then()
	return r, err
}

// TestMachineStops: one that ends in peace hands over at once, not when its lease
// has run out.
func TestMachineStops(t *testing.T) {
	x := newTeam(t)
	x.lease = 40 * time.Second
	a := x.machine(x.place, nil)
	stop := x.starts(a)
	b := x.machine(x.place, nil)
	x.starts(b)
	x.shared(a, b)
	stop()
	took := x.eventually("the other having both", func() bool { return len(holds(b)[0]) == 2 })
	t.Logf("taken over after %s", took.Round(time.Millisecond))
	if took > x.lease/2 {
		t.Errorf("it took %s", took)
	}
}

// TestMachineCutOff: a machine that can't reach the database loses its
// accounts, and says nothing in their name any more; back again, it gets its
// share. Nothing goes out twice. What the machine began just as it was cut off a
// person is asked about, since this network can't tell whether it has that post.
func TestMachineCutOff(t *testing.T) {
	x := newTeam(t)
	line, near := storetest.Through(t, x.place)
	b := x.machine(x.place, nil)
	x.starts(b)
	a := x.machine(near, nil)
	x.starts(a)
	x.Cleanup(line.Thaw) // so that it can stop
	x.shared(a, b)
	theirs := holds(a)[0][0]
	var want []string
	more := func(n int) {
		for range n {
			want = append(want, fmt.Sprintf("Number %d.", len(want)))
			x.push(b, theirs, want[len(want)-1])
			time.Sleep(20 * time.Millisecond)
		}
		want = append(want, x.asked(theirs, fmt.Sprintf("p%d@s.example", len(want))))
	}
	more(20)
	line.Freeze()
	more(10)
	x.soon("the other having both", func() bool { return len(holds(b)[0]) == 2 })
	more(10)
	x.answering = b
	x.once(theirs, want)
	line.Thaw()
	x.shared(a, b)
	more(10)
	x.once(theirs, want)
}

// TestThirdMachine: more machines than accounts; each account has one.
func TestThirdMachine(t *testing.T) {
	x, a, b := pair(t)
	c := x.machine(x.place, nil)
	x.starts(c)
	time.Sleep(brief / 2) // in which it may take what is not its own
	x.eventually("each account in one place", func() bool {
		all := slices.Sorted(slices.Values(slices.Concat(holds(a, b, c)...)))
		if len(slices.Compact(slices.Clone(all))) < len(all) {
			t.Fatalf("an account is held twice: %v", all)
		}
		return slices.Equal(all, both)
	})
}
