package bot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"magpie/internal/health"
	"magpie/internal/inbox"
	"magpie/internal/lease"
	"magpie/internal/need"
	"magpie/internal/outbox"
	"magpie/internal/pause"
	"magpie/internal/queue"
	"magpie/internal/spoken"
	"magpie/internal/store"
	"magpie/internal/workspace"
)

const (
	// stuckAfter is how long something that could go on may stand still.
	stuckAfter = 30 * time.Second
	// unread is how long an account may go without reading what comes in.
	unread = 3 * pollSafety
	// skewMost is how much clocks may differ.
	skewMost = 5 * time.Second
	// diskLeast is how much room there should be.
	diskLeast = 200 << 20
	// reading is the part that reads what comes in for an account.
	reading = "reading for "
	// stamp is how a time is said.
	stamp = "2006-01-02 15:04:05 -07:00"
	// patience with the database when somebody asks how we are.
	lookAtMost = 5 * time.Second
)

// Health looks how the bot is. It asks the database, not the networks.
func (b *Bot) Health(ctx context.Context) *health.Report {
	ctx, cancel := context.WithTimeout(ctx, lookAtMost)
	defer cancel()
	now := b.Clock()
	r := &health.Report{At: now, Revision: b.set.Load().number, Posts: map[string]int{}, Queue: map[string]int{}}
	for _, look := range []func(context.Context, *health.Report, time.Time) error{b.lookMachines, b.lookPosts, b.lookQueue, b.lookAccounts, b.lookNeeds} {
		if err := look(ctx, r, now); err != nil {
			if err = store.Explain(b.DB.Path, err); !errors.Is(err, store.ErrAway) {
				err = fmt.Errorf("the database can't be read: %w", err)
			}
			r.Add(about("%s", err))
			break
		}
		r.Ready = b.running.Load()
	}
	if len(r.Problems) > 0 && r.Accounts == nil {
		r.Ready = false
	}
	for _, t := range b.trouble(now) {
		r.Add(about("%s", t))
	}
	b.lookDisk(r)
	return r.Close()
}

// trouble is what is stuck in this process.
func (b *Bot) trouble(now time.Time) (out []string) {
	all := b.beats.all()
	for _, part := range slices.Sorted(maps.Keys(all)) {
		most := stuckAfter + b.lasting()
		if strings.HasPrefix(part, reading) {
			most = unread
		}
		if still := now.Sub(all[part]); still > most {
			out = append(out, fmt.Sprintf("the %s has not run since %s", part, all[part].Format(stamp)))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.opened())) {
		if down := b.beats.streamDown(name, now); down > unread {
			out = append(out, fmt.Sprintf("the stream of %s has been down for %s; mentions are polled", name, spoken.Duration(down)))
		}
	}
	if since, err := b.hookFails.get(); err != nil && now.Sub(since) > unread {
		out = append(out, fmt.Sprintf("what needs a person could not be told to the web hook since %s: %v", since.Format(stamp), err))
	}
	return out
}

func (b *Bot) lookMachines(ctx context.Context, r *health.Report, now time.Time) error {
	before := time.Now()
	server, err := b.DB.Clock(ctx, now)
	if err != nil {
		return err
	}
	r.Skew = max(server.Sub(now).Abs()-time.Since(before), b.skews.worst())
	if r.Skew > skewMost {
		r.Add(about("this machine's clock differs by %s from the database's or a network's: set it (NTP)", spoken.Duration(r.Skew)))
	}
	if since, err := b.restoredFrom(ctx); err != nil || !since.IsZero() {
		if err != nil {
			return err
		}
		p := about("the database is a copy from %s: nothing is sent until a running bot has checked on the networks "+
			"what was posted since then", since.Format(stamp))
		p.What = need.Restored
		r.Add(p)
	}
	live, err := lease.Live(ctx, b.DB, now)
	r.Machines = len(live)
	for _, m := range live {
		for _, t := range m.Trouble {
			if m.Owner != b.owner { // ours is said below, as it is now
				r.Add(about("on %s: %s", m.Host, t))
			}
		}
	}
	if err == nil && len(live) == 0 {
		r.Add(health.Problem{What: "bot", Text: "no bot is running on this database", Do: "magpie run"})
	}
	return err
}

// lookPosts counts what is under way, and finds what could be out and is not.
func (b *Bot) lookPosts(ctx context.Context, r *health.Report, now time.Time) error {
	u, err := outbox.Look(ctx, b.DB)
	if err != nil {
		return err
	}
	for state, n := range u.States {
		r.Posts[string(state)] = n
	}
	r.NextDue, r.LastOut = u.Next, u.Last
	for what, oldest := range map[string]func(context.Context, store.Querier) (time.Time, error){
		"a mention has been waiting to be processed since %s": inbox.OldestUndecided,
		"a mailing has been due since %s and has not started": outbox.OldestMailing,
	} {
		since, err := oldest(ctx, b.DB.Read)
		if err != nil {
			return err
		}
		if !since.IsZero() && now.Sub(since) > 4*stuckAfter {
			r.Add(about(what, since.Format(stamp)))
		}
	}
	for _, a := range b.Set().Accounts {
		p, err := b.judge(a).Overdue(ctx, now)
		if err != nil {
			return err
		}
		if p == nil || now.Sub(p.SlotAt) < stuckAfter {
			continue
		}
		r.Overdue = max(r.Overdue, now.Sub(p.SlotAt))
		why := ""
		if p.Reason != "" {
			why = " (" + p.Reason + ")"
		}
		late := about("post %s on %s has been due since %s and is still %s%s", p.ID, a.Name, p.SlotAt.In(a.Timezone.Location).Format(stamp),
			p.State, why)
		late.Do = "magpie outbox show " + p.ID
		r.Add(late)
	}
	return nil
}

// judge knows what holds an account's posts back: its publisher, or where
// another process has that, one that never publishes.
func (b *Bot) judge(a *workspace.Account) *outbox.Publisher {
	if x := b.account(a.Name); x != nil {
		return x.publisher
	}
	x := &account{client: &connection{err: errors.New("another process has the account")}, limits: b.Kind(a).Limits}
	return b.publisher(a, x, 0)
}

func (b *Bot) lookQueue(ctx context.Context, r *health.Report, now time.Time) (err error) {
	if r.Queue, err = queue.Depth(ctx, b.DB); err != nil {
		return err
	}
	r.Waiting, err = queue.Oldest(ctx, b.DB)
	if err == nil && r.Waiting > stuckAfter {
		r.Add(about("a job has been waiting for %s and no process works on it", spoken.Duration(r.Waiting)))
	}
	return err
}

// lookAccounts tells of each account whether somebody holds it, reads for it
// and may speak for it.
func (b *Bot) lookAccounts(ctx context.Context, r *health.Report, now time.Time) error {
	pauses, err := pause.All(ctx, b.DB)
	if err != nil {
		return err
	}
	held, err := lease.Held(ctx, b.DB, now)
	if err != nil {
		return err
	}
	set, read := b.Set(), b.beats.all()
	for _, name := range slices.Sorted(maps.Keys(set.Accounts)) {
		a := health.Account{Name: name, Network: set.Accounts[name].Network, Stream: b.beats.stream(name), Read: read[reading+name]}
		a.Held = b.account(name) != nil
		for _, p := range pauses {
			a.SignedOut = a.SignedOut || p.Scope == pause.SignedOut && p.Name == name
			a.Paused = a.Paused || p.Halts(name, "")
		}
		if a.NextDue, a.LastOut, err = outbox.Around(ctx, b.DB, name); err != nil {
			return err
		}
		if !held[name] && r.Machines > 0 {
			r.Add(about("no running bot works for the account %s", name))
		}
		if a.SignedOut {
			r.Add(health.Problem{What: "bot", Text: "the account " + name + " is signed out", Do: "magpie accounts login " + name})
		}
		r.Accounts = append(r.Accounts, a)
	}
	return nil
}

// lookNeeds adds what was said to a person and is not over.
func (b *Bot) lookNeeds(ctx context.Context, r *health.Report, _ time.Time) error {
	all, err := need.Open(ctx, b.DB)
	for _, n := range all {
		switch n.Kind {
		case need.SignedOut, need.NotHeard, need.Unanswered: // nothing is stuck: strangers make these, or they may be so for ever
		default:
			r.Add(health.Problem{What: n.Kind, Text: fmt.Sprintf("%s (since %s)", n.Text, b.moment(n.At))})
		}
	}
	return err
}

// about is a problem of the bot itself.
func about(says string, args ...any) health.Problem {
	return health.Problem{What: "bot", Text: fmt.Sprintf(says, args...)}
}

// lookDisk looks for room where the database, or the workspace, is.
func (b *Bot) lookDisk(r *health.Report) {
	folders := []string{b.Dir}
	if !b.DB.Postgres() {
		if file, err := filepath.EvalSymlinks(b.DB.Path); err == nil {
			folders = append(folders, filepath.Dir(file))
		}
	}
	for i, folder := range folders {
		var fs unix.Statfs_t
		if err := unix.Statfs(folder, &fs); err != nil {
			r.Add(about("the folder %s can't be read", folder))
			continue
		}
		left := fs.Bavail * uint64(fs.Bsize) //nolint:gosec // a block size is no negative number
		if i == 0 || left < r.Disk {
			r.Disk = left
		}
		if left < diskLeast {
			r.Add(about("the disk of %s is nearly full: %d MB left", folder, left>>20))
		}
	}
}
