package bot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"magpie/internal/audit"
	"magpie/internal/inbox"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/pause"
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
func (b *Bot) Examine(ctx context.Context) (out []Finding, err error) {
	add := func(good bool, what, hint, says string, args ...any) {
		if good {
			hint = ""
		}
		out = append(out, Finding{good, what, fmt.Sprintf(says, args...), hint})
	}
	set := b.Set()
	n, err := b.Revision(ctx)
	if err != nil {
		return nil, err
	}
	if len(b.Mistakes) > 0 {
		add(false, "files", "magpie check", "%s, so revision %d stays in force: %s", spoken.Count(len(b.Mistakes), "mistake"), n, b.Mistakes[0])
	} else {
		add(true, "files", "", "%s, %s; revision %d is in force", spoken.Count(len(set.Accounts), "account"), spoken.Count(len(set.Campaigns),
			"campaign"), n)
	}
	if store.IsPostgres(b.DB.Path) || store.Exists(b.DB.Path) {
		add(true, "database", "", "%s", b.DB.Path)
	} else {
		add(true, "database", "", "there is none yet: magpie run makes %s", b.DB.Path)
	}
	if bad, err := audit.Verify(ctx, b.DB); err != nil || bad != "" {
		add(false, "audit log", "restore a backup from before, and find out who may write to the database", "the log of what was done is not as it was written: %s%s", bad, errText(err))
	}
	if err := b.Vault.Usable(ctx); err != nil {
		add(false, "tokens", "", "%s", err)
	}
	b.examineBot(ctx, add)
	names := make([]string, 0, len(set.Accounts))
	for name := range set.Accounts {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b.examineAccount(ctx, set.Accounts[name], add)
	}
	if to := set.Settings.Tell; to != nil {
		_, err := b.hook(*to)
		add(err == nil, "web hook", "set "+where(to)+", or take tell: out of magpie.yaml", "%s", hookSays(err))
	}
	for _, w := range b.Exposed(ctx) {
		add(false, "git", "", "%s", w)
	}
	warnings, err := b.Warnings(ctx)
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
func (b *Bot) examineWaiting(ctx context.Context, add note) {
	n, _, err := outbox.HoldingBetween(ctx, b.DB.Read, time.Time{}, never)
	held, err2 := outbox.Holding(ctx, b.DB.Read, 50)
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
	if n, err := inbox.DeskDepth(ctx, b.DB.Read); err == nil && n > 0 {
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
func (b *Bot) examineBot(ctx context.Context, add note) {
	r := b.Health(ctx)
	if r.Machines > 0 {
		add(true, "bot", "", "%d running on this database", r.Machines)
	}
	for _, p := range r.Problems {
		add(false, p.What, p.Do, "%s", p.Text)
	}
	b.examineWaiting(ctx, add)
	waiting := 0
	for _, n := range r.Queue {
		waiting += n
	}
	add(true, "jobs", "", "%d waiting", waiting)
	add(true, "posts", "", "next due: %s, last out: %s", b.moment(r.NextDue), b.moment(r.LastOut))
	add(true, "disk", "", "%d GB are left", r.Disk>>30)
	needs, err := need.Open(ctx, b.DB)
	for _, n := range needs {
		if err == nil && (n.Kind == need.NotHeard || n.Kind == need.Unanswered) {
			add(false, n.Kind, "", "%s (since %s)", n.Text, b.moment(n.At))
		}
	}
	pauses, err := pause.All(ctx, b.DB)
	for _, p := range pauses {
		if err == nil && p.Scope == pause.Codes {
			add(false, "codes", "magpie coupons release "+p.Name, "the codes of %s are on hold since %s: %s", p.Name, b.moment(p.At), p.Reason)
		} else if err == nil && p.Scope == pause.SignedOut {
			add(false, p.Name, "", "signed out since %s: %s", b.moment(p.At), p.Reason)
		} else if err == nil && p.Name != unmatched {
			add(false, "paused", strings.TrimSpace("magpie resume "+p.Scope+" "+p.Name), "%s",
				strings.TrimSuffix(fmt.Sprintf("%s, by %s since %s: %s", strings.TrimSpace(p.Scope+" "+p.Name), p.Who, b.moment(p.At), p.Reason), ": "))
		}
	}
}

func (b *Bot) examineAccount(ctx context.Context, a *workspace.Account, add note) {
	self, err := b.Verify(ctx, a)
	if errors.Is(err, errPlayed) {
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
	if a.Weibo != nil && a.Weibo.Push {
		_, err := b.receive(ctx, a.Name)
		add(err == nil, a.Name, "", "%s", b.pushesSay(a.Name, err))
	}
	if skew, ok := b.skew(ctx, a); ok && b.Sandbox == "" {
		add(skew.Abs() < 5*time.Second, a.Name, "set this machine's clock (NTP)", "this machine's clock and the server's differ by %s",
			spoken.Duration(skew))
	}
	if next, err := outbox.NextOf(ctx, b.DB.Read, a.Name); err == nil && next != nil {
		add(next.State != outbox.Held, a.Name, "magpie outbox approve "+next.ID, "next post: %s (%s, %s)", b.moment(next.SlotAt), postName(next),
			next.State)
	}
	if last, err := outbox.LastOf(ctx, b.DB.Read, a.Name); err == nil && last != nil {
		add(true, a.Name, "", "last post out: %s", b.moment(last.SentAt))
	}
	if _, at, err := inbox.Cursor(ctx, b.DB, a.Name); err == nil && !at.IsZero() {
		add(true, a.Name, "", "mentions read up to %s", b.moment(at))
	}
}

// signInHint says how an account gets its credentials.
func signInHint(a *workspace.Account) string {
	if c := a.Credentials; c != nil && c.Kind != "stored" {
		return "set " + where(c) + ", or write “credentials: stored” and run “magpie accounts login " + a.Name + "”"
	}
	return "magpie accounts login " + a.Name
}

func postName(p *outbox.Post) string { return strings.Trim(p.Campaign+"/"+p.Step, "/") }

// skew is how far the server's clock is ahead of ours.
func (b *Bot) skew(ctx context.Context, a *workspace.Account) (time.Duration, bool) {
	server := a.Server
	if server == "" {
		return 0, false
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, server, nil)
	if err != nil {
		return 0, false
	}
	before := b.Clock()
	resp, err := b.HTTP.Do(r)
	if err != nil {
		return 0, false
	}
	resp.Body.Close()
	at, err := http.ParseTime(resp.Header.Get("Date"))
	return at.Sub(before).Truncate(time.Second), err == nil
}

// Zone is that of all accounts, where they have one; else UTC.
func (b *Bot) Zone() *time.Location {
	zone := time.UTC
	for i, name := range slices.Sorted(maps.Keys(b.Set().Accounts)) {
		z := b.Set().Accounts[name].Timezone.Location
		if i > 0 && z.String() != zone.String() {
			return time.UTC
		}
		zone = z
	}
	return zone
}

// moment prints an instant in the zone of the accounts, with its name.
func (b *Bot) moment(t time.Time) string {
	if t.IsZero() {
		return "none"
	}
	zone := b.Zone()
	return t.In(zone).Format("Mon 2006-01-02 15:04 ") + zone.String()
}
