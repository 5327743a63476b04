package checkup

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
	"magpie/internal/listen"
	"magpie/internal/need"
	"magpie/internal/outbox"
	"magpie/internal/pause"
	"magpie/internal/publish"
	"magpie/internal/queue"
	"magpie/internal/site"
	"magpie/internal/spoken"
	"magpie/internal/store"
	"magpie/internal/workspace"
)

const (
	// unread is how long an account may go without reading what comes in.
	unread = 3 * listen.PollSafety
	// skewMost is how much clocks may differ.
	skewMost = 5 * time.Second
	// diskLeast is how much room there should be.
	diskLeast = 200 << 20
	// patience with the database when somebody asks how we are.
	lookAtMost = 5 * time.Second
)

// Health looks how the bot is. It asks the database, not the networks.
func (c *Checkup) Health(ctx context.Context) *health.Report {
	ctx, cancel := context.WithTimeout(ctx, lookAtMost)
	defer cancel()
	now := c.Clock()
	r := &health.Report{At: now, Revision: c.Files().Number, Posts: map[string]int{}, Queue: map[string]int{}}
	for _, look := range []func(context.Context, *health.Report, time.Time) error{c.lookMachines, c.lookPosts, c.lookQueue, c.lookAccounts,
		c.lookNeeds} {
		if err := look(ctx, r, now); err != nil {
			if err = store.Explain(c.DB.Path, err); !errors.Is(err, store.ErrAway) {
				err = fmt.Errorf("the database can't be read: %w", err)
			}
			r.Add(about("%s", err))
			break
		}
		r.Ready = c.Working.Load()
	}
	if len(r.Problems) > 0 && r.Accounts == nil {
		r.Ready = false
	}
	for _, t := range c.Trouble(now) {
		r.Add(about("%s", t))
	}
	c.lookDisk(r)
	return r.Close()
}

// Trouble is what is stuck in this process.
func (c *Checkup) Trouble(now time.Time) (out []string) {
	all := c.Beats.All()
	for _, part := range slices.Sorted(maps.Keys(all)) {
		most := site.StuckAfter + c.Lasting()
		if strings.HasPrefix(part, site.Reading) {
			most = unread
		}
		if still := now.Sub(all[part]); still > most {
			out = append(out, fmt.Sprintf("the %s has not run since %s", part, all[part].Format(site.Stamp)))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Accounts.Opened())) {
		if down := c.Beats.StreamDown(name, now); down > unread {
			out = append(out, fmt.Sprintf("the stream of %s has been down for %s; mentions are polled", name, spoken.Duration(down)))
		}
	}
	if since, err := c.Rounds.HookFails.Get(); err != nil && now.Sub(since) > unread {
		out = append(out, fmt.Sprintf("what needs a person could not be told to the web hook since %s: %v", since.Format(site.Stamp), err))
	}
	return out
}

func (c *Checkup) lookMachines(ctx context.Context, r *health.Report, now time.Time) error {
	before := time.Now()
	server, err := c.DB.Clock(ctx, now)
	if err != nil {
		return err
	}
	r.Skew = max(server.Sub(now).Abs()-time.Since(before), c.Accounts.Skews.Worst())
	if r.Skew > skewMost {
		r.Add(about("this machine's clock differs by %s from the database's or a network's: set it (NTP)", spoken.Duration(r.Skew)))
	}
	if since, err := c.RestoredFrom(ctx); err != nil || !since.IsZero() {
		if err != nil {
			return err
		}
		p := about("the database is a copy from %s: nothing is sent until a running bot has checked on the networks "+
			"what was posted since then", since.Format(site.Stamp))
		p.What = need.Restored
		r.Add(p)
	}
	live, err := lease.Live(ctx, c.DB, now)
	r.Machines = len(live)
	for _, m := range live {
		for _, t := range m.Trouble {
			if m.Owner != c.Owner { // ours is said below, as it is now
				r.Add(about("on %s: %s", m.Host, t))
			}
		}
	}
	if err == nil && len(live) == 0 {
		how := "magpie run"
		if is, err := c.DB.Mark(ctx, store.Plays); err == nil && is == site.PlaysSandbox {
			how = "magpie run --sandbox"
		}
		r.Add(health.Problem{What: "bot", Text: "no bot is running on this database", Do: how})
	}
	return err
}

// lookPosts counts what is under way, and finds what could be out and is not.
func (c *Checkup) lookPosts(ctx context.Context, r *health.Report, now time.Time) error {
	u, err := outbox.Look(ctx, c.DB)
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
		since, err := oldest(ctx, c.DB.Read)
		if err != nil {
			return err
		}
		if !since.IsZero() && now.Sub(since) > 4*site.StuckAfter {
			r.Add(about(what, since.Format(site.Stamp)))
		}
	}
	for _, a := range c.Set().Accounts {
		p, err := c.judge(a).Overdue(ctx, now)
		if err != nil {
			return err
		}
		if p == nil || now.Sub(p.SlotAt) < site.StuckAfter {
			continue
		}
		r.Overdue = max(r.Overdue, now.Sub(p.SlotAt))
		why := ""
		if p.Reason != "" {
			why = " (" + p.Reason + ")"
		}
		late := about("post %s on %s has been due since %s and is still %s%s", p.ID, a.Name, p.SlotAt.In(a.Timezone.Location).Format(site.Stamp),
			p.State, why)
		late.Do = "magpie outbox show " + p.ID
		r.Add(late)
	}
	return nil
}

// judge knows what holds an account's posts back: its publisher, or where
// another process has that, one that never publishes.
func (c *Checkup) judge(a *workspace.Account) *publish.Publisher {
	if x := c.Accounts.Of(a.Name); x != nil {
		return x.Publisher
	}
	return c.Judging(a)
}

func (c *Checkup) lookQueue(ctx context.Context, r *health.Report, now time.Time) (err error) {
	if r.Queue, err = queue.Depth(ctx, c.DB); err != nil {
		return err
	}
	r.Waiting, err = queue.Oldest(ctx, c.DB)
	if err == nil && r.Waiting > site.StuckAfter {
		r.Add(about("a job has been waiting for %s and no process works on it", spoken.Duration(r.Waiting)))
	}
	return err
}

// lookAccounts tells of each account whether somebody holds it, reads for it
// and may speak for it.
func (c *Checkup) lookAccounts(ctx context.Context, r *health.Report, now time.Time) error {
	pauses, err := pause.All(ctx, c.DB.Read)
	if err != nil {
		return err
	}
	held, err := lease.Held(ctx, c.DB, now)
	if err != nil {
		return err
	}
	set, read := c.Set(), c.Beats.All()
	for _, name := range slices.Sorted(maps.Keys(set.Accounts)) {
		a := health.Account{Name: name, Network: set.Accounts[name].Network, Stream: c.Beats.Stream(name), Read: read[site.Reading+name]}
		a.Held = c.Accounts.Of(name) != nil
		for _, p := range pauses {
			a.SignedOut = a.SignedOut || p.Scope == pause.SignedOut && p.Name == name
			a.Paused = a.Paused || p.Halts(name, "")
		}
		next, err1 := outbox.NextOf(ctx, c.DB.Read, name)
		last, err2 := outbox.LastOf(ctx, c.DB.Read, name)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		if next != nil {
			a.NextDue = next.SlotAt
		}
		if last != nil {
			a.LastOut = last.SentAt
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
func (c *Checkup) lookNeeds(ctx context.Context, r *health.Report, _ time.Time) error {
	all, err := need.Open(ctx, c.DB)
	for _, n := range all {
		switch n.Kind {
		case need.SignedOut, need.NotHeard, need.Unanswered: // nothing is stuck: strangers make these, or they may be so for ever
		default:
			r.Add(health.Problem{What: n.Kind, Text: fmt.Sprintf("%s (since %s)", n.Text, c.moment(n.At))})
		}
	}
	return err
}

// about is a problem of the bot itself.
func about(says string, args ...any) health.Problem {
	return health.Problem{What: "bot", Text: fmt.Sprintf(says, args...)}
}

// lookDisk looks for room where the database, or the workspace, is.
func (c *Checkup) lookDisk(r *health.Report) {
	folders := []string{c.Dir}
	if !c.DB.Postgres() {
		if file, err := filepath.EvalSymlinks(c.DB.Path); err == nil {
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
