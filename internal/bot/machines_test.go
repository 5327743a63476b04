package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"magpie/internal/acts"
	"magpie/internal/network"
	"magpie/internal/network/memory"
	"magpie/internal/outbox"
	"magpie/internal/outbox/outboxtest"
	"magpie/internal/store/storetest"
	"magpie/internal/workspace"
)

// team are machines at work on one database and one network. Their clock runs
// as ours, from a day on when nothing is planned for minutes.
type team struct {
	testing.TB
	place string
	net   *memory.Network
	clock func() time.Time
	dirs  []string
	lease time.Duration // of its machines
	// answering is where a person answers what is asked about a post, if anywhere.
	answering *Bot
	answered  int // posts
}

// mostAsked is how many posts a machine may have had in flight when it was cut off.
const mostAsked = 4

// brief is the lease of a team's machines, unless a test says another.
const brief = 3 * time.Second

// newTeam is run beside others: all wait most of the time.
func newTeam(t *testing.T) *team {
	t.Helper()
	storetest.PostgresOnly(t)
	t.Parallel()
	ahead := time.Until(at(t, day1))
	x := &team{TB: t, lease: brief, place: storetest.Place(t), clock: func() time.Time { return time.Now().Add(ahead) }}
	x.net = memory.New(x.clock)
	return x
}

// machine opens the workspace on one more machine, which works once it is
// started.
func (x *team) machine(place string, change func(*Options)) *Bot {
	x.Helper()
	dir := x.TempDir()
	all := maps.Clone(files)
	all["magpie.yaml"] = fmt.Sprintf("lease: %s\nsettle: 1s\n", x.lease)
	putFiles(x, dir, all)
	if len(x.dirs) > 0 {
		if err := copyKey(x.dirs[0], dir); err != nil {
			x.Fatal(err)
		}
	}
	x.dirs = append(x.dirs, dir)
	log := logrus.New()
	log.SetOutput(io.Discard)
	o := Options{Dir: dir, Database: place, Clock: x.clock, Log: logrus.NewEntry(log),
		Clients: func(a *workspace.Account) (network.Client, error) {
			x.net.Use(a.Name, a.Kind, network.Blind)
			return x.net.Client(a.Name), nil
		}}
	if change != nil {
		change(&o)
	}
	b, err := Open(context.Background(), o)
	if err != nil {
		x.Fatal(err)
	}
	x.Cleanup(func() { _ = b.Close() })
	return b
}

// copyKey is what an operator does for one more machine.
func copyKey(from, to string) error {
	key, err := os.ReadFile(filepath.Join(from, "magpie.key"))
	if errors.Is(err, os.ErrNotExist) {
		return nil // nothing is stored yet
	}
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(to, "magpie.key"), key, 0o600)
}

// starts lets a machine work until it is stopped, or the test ends.
func (x *team) starts(b *Bot) (stop func()) {
	x.Helper()
	r, err := b.Start(context.Background())
	if err != nil {
		x.Fatal(err)
	}
	ended := false
	stop = func() {
		if ended {
			return
		}
		ended = true
		if err := r.Stop(); err != nil {
			x.Error(err)
		}
	}
	x.Cleanup(stop)
	return stop
}

// startsAndDies lets a machine work; at the end it gives nothing back, as if it
// was switched off.
func (x *team) startsAndDies(b *Bot) (die func()) {
	x.Helper()
	r, err := b.Start(context.Background())
	if err != nil {
		x.Fatal(err)
	}
	return func() {
		r.cancel()
		r.done.Wait()
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = r.b.Queue.Stop(ctx)
		_ = b.Close()
	}
}

// patience is how long a team waits for what has to come, on a machine that is
// busy with other tests. What must come soon is measured by late.
const patience = time.Minute

// late is when a machine that takes over, or takes on an edit, is too late: some leases, for a machine that is busy with other tests.
const late = 5 * brief

// soon waits for something that must not take long.
func (x *team) soon(what string, is func() bool) {
	x.Helper()
	took := x.eventually(what, is)
	x.Logf("%s after %s", what, took.Round(time.Millisecond))
	if took > late {
		x.Errorf("%s took %s", what, took)
	}
}

// eventually waits for something, and returns how long it took.
func (x *team) eventually(what string, is func() bool) time.Duration {
	x.Helper()
	began := time.Now()
	for !is() {
		if time.Since(began) > patience {
			x.Fatalf("after %s there is no sign of this: %s", patience, what)
		}
		time.Sleep(10 * time.Millisecond)
	}
	return time.Since(began)
}

// holds are the accounts that machines hold.
func holds(machines ...*Bot) (out [][]string) {
	for _, b := range machines {
		out = append(out, slices.Sorted(maps.Keys(b.Accounts.Opened())))
	}
	return out
}

// shared waits until each of two machines has one of the two accounts.
func (x *team) shared(a, b *Bot) {
	x.Helper()
	x.eventually("one account for each", func() bool {
		h := holds(a, b)
		return len(h[0]) == 1 && len(h[1]) == 1 && h[0][0] != h[1][0]
	})
}

// push lets a machine take a post for an account.
func (x *team) push(b *Bot, account, text string) {
	x.Helper()
	if _, err := b.Acts.Push(context.Background(), acts.Push{Account: account, Text: text, Who: "ann"}); err != nil {
		x.Fatal(err)
	}
}

// asked lets somebody ask an account something, and returns what it must say.
func (x *team) asked(account, who string) (answer string) {
	x.net.Mention(account, network.Person{Handle: who}, "are you open?")
	return "@" + who + " We are there from nine to six."
}

// texts are all that is out, by account, the oldest first.
func (x *team) texts(account string) (out []string) {
	for _, p := range x.net.Posts(account) {
		out = append(out, p.Text)
	}
	return out
}

// once fails unless each of an account's posts comes out once.
func (x *team) once(account string, want []string) {
	x.Helper()
	x.eventually(fmt.Sprintf("%d posts of %s", len(want), account), func() bool {
		x.answers(account)
		return len(x.texts(account)) >= len(want)
	})
	time.Sleep(100 * time.Millisecond) // for one more
	got := x.texts(account)
	slices.Sort(got)
	if want := slices.Sorted(slices.Values(want)); !slices.Equal(got, want) {
		x.Errorf("%s said\n%q, want\n%q", account, got, want)
	}
}

// answers says of each post that is asked about what the network shows: that it
// is out, or is to be sent again.
func (x *team) answers(account string) {
	if x.answering == nil {
		return
	}
	for _, p := range outboxtest.Where(x, x.answering.DB.Read, `state = 'asked'`) {
		to, at := outbox.Planned, ""
		if slices.ContainsFunc(x.net.Posts(account), func(out memory.Posted) bool { return out.Key == p.Key }) {
			to, at = outbox.Sent, "https://social.example/@"+account+"/"+p.ID
		}
		if x.answered++; x.answered > mostAsked {
			x.Fatalf("a person is asked about %d posts", x.answered)
		}
		if err := x.answering.Acts.SettlePost(context.Background(), p.ID, to, at, "ann"); err != nil {
			x.Error(err)
		}
	}
}

var both = []string{"home", "outlet"}

// pair are two machines at work that share the accounts.
func pair(t *testing.T) (x *team, a, b *Bot) {
	t.Helper()
	x = newTeam(t)
	a = x.machine(x.place, nil)
	x.starts(a)
	b = x.machine(x.place, nil)
	x.starts(b)
	x.shared(a, b)
	return x, a, b
}
