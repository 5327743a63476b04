package checkup

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"magpie/internal/accounts"
	"magpie/internal/agenda"
	"magpie/internal/audit"
	"magpie/internal/inbox"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/pause"
	"magpie/internal/restore"
	"magpie/internal/spoken"
	"magpie/internal/store"
	"magpie/internal/workspace"
)

// Finding is one thing the doctor looked at.
type Finding struct {
	Good bool   `json:"good"`
	What string `json:"what"`
	Says string `json:"says"`
	Hint string `json:"hint,omitempty"`
}

// Examine looks at everything that has to be in order: files, database,
// accounts, clocks, what is due and what has stuck.
func (c *Checkup) Examine(ctx context.Context) (out []Finding, err error) {
	add := func(good bool, what, hint, says string, args ...any) {
		if good {
			hint = ""
		}
		out = append(out, Finding{good, what, fmt.Sprintf(says, args...), hint})
	}
	set := c.Set()
	n, err := c.Revision(ctx)
	if err != nil {
		return nil, err
	}
	if len(c.Mistakes) > 0 {
		add(false, "files", "magpie check", "%s, so revision %d stays in force: %s", spoken.Count(len(c.Mistakes), "mistake"), n, c.Mistakes[0])
	} else {
		add(true, "files", "", "%s, %s; revision %d is in force", spoken.Count(len(set.Accounts), "account"), spoken.Count(len(set.Campaigns),
			"campaign"), n)
	}
	if store.IsPostgres(c.DB.Path) || store.Exists(c.DB.Path) {
		add(true, "database", "", "%s", c.DB.Path)
	} else {
		add(true, "database", "", "there is none yet: magpie run makes %s", c.DB.Path)
	}
	if bad, err := audit.Verify(ctx, c.DB); err != nil || bad != "" {
		add(false, "audit log", "restore a backup from before, and find out who may write to the database",
			"the log of what was done is not as it was written: %s%s", bad, errText(err))
	}
	if err := c.Vault.Usable(ctx); err != nil {
		add(false, "tokens", "", "%s", err)
	}
	c.examineBot(ctx, add)
	names := make([]string, 0, len(set.Accounts))
	for name := range set.Accounts {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		c.examineAccount(ctx, set.Accounts[name], add)
	}
	if to := set.Settings.Tell; to != nil {
		_, err := c.Rounds.Hook(*to)
		add(err == nil, "web hook", "set "+accounts.Where(to)+", or take tell: out of magpie.yaml", "%s", hookSays(err))
	}
	for _, w := range c.Exposed(ctx) {
		add(false, "git", "", "%s", w)
	}
	warnings, err := c.Warnings(ctx)
	for _, w := range warnings {
		add(false, "offers", "", "%s", w)
	}
	return out, err
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func hookSays(err error) string {
	if err != nil {
		return "nothing can be told to it: " + err.Error()
	}
	return "is told what needs a person"
}

// examineWaiting tells what waits for a person: posts for approval, each by its id, and mentions.
func (c *Checkup) examineWaiting(ctx context.Context, add note) {
	n, _, err := outbox.HoldingBetween(ctx, c.DB.Read, time.Time{}, never)
	held, err2 := outbox.Holding(ctx, c.DB.Read, 50)
	if err == nil && err2 == nil && n > 0 {
		var ids []string
		for _, p := range held {
			if p.Approval {
				ids = append(ids, p.ID)
			}
		}
		if len(ids) < n {
			ids = append(ids, "…")
		}
		says := "%d posts wait for approval: %s"
		if n == 1 {
			says = "%d post waits for approval: %s"
		}
		add(true, "approval", "", says+" (magpie outbox list --state held)", n, strings.Join(ids, ", "))
	}
	if n, err := inbox.DeskDepth(ctx, c.DB.Read); err == nil && n > 0 {
		says := "%d mentions wait for an answer"
		if n == 1 {
			says = "%d mention waits for an answer"
		}
		add(true, "desk", "", says+" (magpie desk list)", n)
	}
}

// never is later than anything is due.
var never = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

type note func(good bool, what, hint, says string, args ...any)

// examineBot looks whether a bot is at work, and whether anything has stuck.
func (c *Checkup) examineBot(ctx context.Context, add note) {
	r := c.Health(ctx)
	if r.Machines > 0 {
		add(true, "bot", "", "%d running on this database", r.Machines)
	}
	for _, p := range r.Problems {
		add(false, p.What, p.Do, "%s", p.Text)
	}
	c.examineWaiting(ctx, add)
	waiting := 0
	for _, n := range r.Queue {
		waiting += n
	}
	add(true, "jobs", "", "%d waiting", waiting)
	add(true, "posts", "", "next due: %s, last out: %s", c.moment(r.NextDue), c.moment(r.LastOut))
	add(true, "disk", "", "%d GB are left", r.Disk>>30)
	needs, err := need.Open(ctx, c.DB)
	for _, n := range needs {
		if err == nil && (n.Kind == need.NotHeard || n.Kind == need.Unanswered) {
			add(false, n.Kind, "", "%s (since %s)", n.Text, c.moment(n.At))
		}
	}
	pauses, err := pause.All(ctx, c.DB.Read)
	for _, p := range pauses {
		if err == nil && p.Scope == pause.Codes {
			add(false, "codes", "magpie coupons release "+p.Name, "the codes of %s are on hold since %s: %s", p.Name, c.moment(p.At), p.Reason)
		} else if err == nil && p.Scope == pause.SignedOut {
			add(false, p.Name, "", "signed out since %s: %s", c.moment(p.At), p.Reason)
		} else if err == nil && p.Name != restore.Unmatched {
			add(false, "paused", strings.TrimSpace("magpie resume "+p.Scope+" "+p.Name), "%s",
				strings.TrimSuffix(fmt.Sprintf("%s, by %s since %s: %s", strings.TrimSpace(p.Scope+" "+p.Name), p.Who, c.moment(p.At), p.Reason), ": "))
		}
	}
}

func (c *Checkup) examineAccount(ctx context.Context, a *workspace.Account, add note) {
	self, err := c.Accounts.Verify(ctx, a)
	if errors.Is(err, accounts.ErrPlayed) {
		add(true, a.Name, "", "is played in a sandbox's database: the real network is not asked")
	} else if err != nil {
		hint := ""
		if network.ReasonOf(err) == network.SignedOut {
			hint = signInHint(a)
		}
		add(false, a.Name, hint, "%v", err)
	} else {
		add(true, a.Name, "", "signed in as @%s", self.Handle)
		for _, n := range self.Notes {
			add(false, a.Name, "", "%s", n)
		}
		add(self.Bot, a.Name, "mark it in the profile's settings: the networks require it", "marked as a bot: %v", self.Bot)
	}
	if a.Effect().Push {
		_, err := c.Listener.Receive(ctx, a.Name)
		add(err == nil, a.Name, "", "%s", c.Listener.PushesSay(a.Name, err))
	}
	if skew, ok := c.skew(ctx, a); ok && c.Sandbox == "" {
		add(skew.Abs() < 5*time.Second, a.Name, "set this machine's clock (NTP)", "this machine's clock and the server's differ by %s",
			spoken.Duration(skew))
	}
	if next, err := outbox.NextOf(ctx, c.DB.Read, a.Name); err == nil && next != nil {
		add(next.State != outbox.Held, a.Name, "magpie outbox approve "+next.ID, "next post: %s (%s, %s)", c.moment(next.SlotAt),
			agenda.PostName(next),
			next.State)
	}
	if last, err := outbox.LastOf(ctx, c.DB.Read, a.Name); err == nil && last != nil {
		add(true, a.Name, "", "last post out: %s", c.moment(last.SentAt))
	}
	if _, at, err := inbox.Cursor(ctx, c.DB, a.Name); err == nil && !at.IsZero() {
		add(true, a.Name, "", "mentions read up to %s", c.moment(at))
	}
}

// signInHint says how an account gets its credentials.
func signInHint(a *workspace.Account) string {
	if c := a.Credentials; c != nil && c.Kind != "stored" {
		return "set " + accounts.Where(c) + ", or write “credentials: stored” and run “magpie accounts login " + a.Name + "”"
	}
	return "magpie accounts login " + a.Name
}

// skew is how far the server's clock is ahead of ours.
func (c *Checkup) skew(ctx context.Context, a *workspace.Account) (time.Duration, bool) {
	server := a.Server
	if server == "" {
		return 0, false
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, server, nil)
	if err != nil {
		return 0, false
	}
	before := c.Clock()
	resp, err := c.HTTP.Do(r)
	if err != nil {
		return 0, false
	}
	resp.Body.Close()
	at, err := http.ParseTime(resp.Header.Get("Date"))
	return at.Sub(before).Truncate(time.Second), err == nil
}

// moment prints an instant in the zone of the accounts, with its name.
func (c *Checkup) moment(t time.Time) string {
	if t.IsZero() {
		return "none"
	}
	zone := c.Zone()
	return t.In(zone).Format("Mon 2006-01-02 15:04 ") + zone.String()
}
