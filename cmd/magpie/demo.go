package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"

	"magpie/cmd/magpie/console"
	"magpie/cmd/magpie/customers"
	"magpie/cmd/magpie/records"
	"magpie/internal/audit"
	"magpie/internal/bot"
	"magpie/internal/inbox"
	"magpie/internal/outbox"
	"magpie/internal/people"
	"magpie/internal/report"
	"magpie/internal/sandbox"
	"magpie/internal/workspace"
)

func demoCommand() *cli.Command {
	return &cli.Command{
		Name: "demo", Usage: "run a sample campaign from start to end in about a minute, on this machine only",
		Description: "Copies the workspace into a folder, moves its campaign into the next minute, lets the sandbox play\nthe accounts " +
			"with 75 followers each, and runs the bot on it.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "out", Value: "demo", Usage: "the `FOLDER` to play in: a new one, or one that the demo made"},
			&cli.IntFlag{Name: "seconds", Value: 60, Usage: "how long it runs"},
			&cli.Int64Flag{Name: "seed", Value: 7, Usage: "the same seed gives the same people"},
		},
		Action: demo,
	}
}

func demo(c *cli.Context) error {
	if err := console.NoMore(c, 0); err != nil {
		return err
	}
	out := c.String("out")
	if err := demoWorkspace(c.String("dir"), out, time.Now()); err != nil {
		return err
	}
	set, err := workspace.Load(out, bot.Kinds())
	if err != nil {
		return console.Explain(c, err)
	}
	s, err := sandbox.Start(sandbox.Options{Accounts: sandboxAccounts(set), Followers: 75, Seed: c.Int64("seed"),
		Tempo: 1500 * time.Millisecond})
	if err != nil {
		return err
	}
	defer s.Close()
	log := logrus.New()
	log.SetOutput(io.Discard)
	b, err := bot.Open(c.Context, bot.Options{Dir: out, Log: logrus.NewEntry(log), Sandbox: s.URL()})
	if err != nil {
		return console.Explain(c, err)
	}
	defer b.Close()
	d := &show{w: c.App.Writer, p: console.Paint(console.Terminal(c.App.Writer)), b: b, sandbox: s, began: time.Now(),
		seen: map[string]bool{}}
	d.say("Sandbox", "%s with %s and %d followers; everything stays on this machine", s.URL(), console.Plural(len(set.Accounts), "account"),
		75*len(set.Accounts))
	r, err := b.Start(c.Context)
	if err != nil {
		return busy(err)
	}
	err = d.play(c.Context, out, time.Duration(c.Int("seconds"))*time.Second)
	if stopped := r.Stop(); err == nil {
		err = stopped
	}
	if err != nil {
		return err
	}
	return d.end(c.Context, out)
}

// demoWorkspace copies the workspace in dir to out, without quiet hours, and
// with a campaign that passes within the minute.
func demoWorkspace(dir, out string, now time.Time) error {
	for _, folder := range workspace.Folders {
		if st, err := os.Stat(filepath.Join(dir, folder)); err != nil || !st.IsDir() {
			return fmt.Errorf("the demo wants a workspace with accounts, campaigns, templates and schedules in %s", dir)
		}
	}
	if err := demoFolder(out, dir); err != nil {
		return err
	}
	before := map[string]bool{} // what somebody has put there since
	_ = filepath.WalkDir(out, func(path string, d fs.DirEntry, err error) error {
		before[path] = err == nil && !d.IsDir()
		return nil
	})
	for _, folder := range workspace.Folders {
		if err := copyFiles(os.DirFS(filepath.Join(dir, folder)), filepath.Join(out, folder)); err != nil {
			return fmt.Errorf("the demo needs a workspace with accounts, campaigns, templates and schedules in %s: %w", dir, err)
		}
	}
	accounts, err := filepath.Glob(filepath.Join(out, "accounts", "*.yaml"))
	if err != nil {
		return err
	}
	for _, path := range accounts {
		if before[path] {
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := os.WriteFile(path, hurried(b), 0o644); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(out, "campaigns", "black-friday.yaml"), []byte(demoCampaign(now)), 0o644); err != nil {
		return err
	}
	return markDemo(out, before)
}

var slow = regexp.MustCompile(`(?m)^(quiet|silent_after):.*\n`)

// hurried is an account without quiet hours, by the clock of UTC.
func hurried(b []byte) []byte {
	b = slow.ReplaceAll(b, nil)
	b = regexp.MustCompile(`(?m)^timezone:.*$`).ReplaceAll(b, []byte("timezone: UTC"))
	return regexp.MustCompile(`(?m)^( +(?:posts|direct):).*$`).ReplaceAll(b, []byte("$1 1000/hour"))
}

// demoCampaign is the sample's Black Friday, due in seconds.
func demoCampaign(now time.Time) string {
	at := func(s int) string {
		return now.UTC().Add(time.Duration(s) * time.Second).Format(time.DateTime)
	}
	return fmt.Sprintf(`title: Black Friday, a day early
offer: bf30
approval: required
steps:
  tease-outlet:
    accounts: [pomelo-outlet]
    at: %s
    say: bf-tease-outlet
    image: {file: images/black-friday.png, alt: "An orange ribbon around a laptop, and the words 30 %% off"}
  tease-home:
    accounts: [pomelo-home]
    at: %s
    say: bf-tease-home
  tease-youzi:
    accounts: [youzi]
    at: %s
    say: bf-tease-youzi
  tip-home:
    accounts: [pomelo-home]
    at: %s
    say: tip-home
  tip-youzi:
    accounts: [youzi]
    at: %s
    say: tip-youzi
  regulars:
    accounts: [pomelo-outlet]
    at: %s
    to: {segment: regulars, by: direct}
    say: bf-regulars
  claim:
    accounts: [pomelo-outlet, youzi, pomelo-home]
    mention: {says: [deal, coupon, "black friday", 优惠, 优惠券, 领券], not: [scam, 骗子]}
    say: bf-claim
    per_person: 3/day
`, at(6), at(12), at(16), at(22), at(27), at(38))
}

// customerList writes the shop's own list of the followers that are known by now.
func customerList(ctx context.Context, b *bot.Bot, path string, seed uint64) (n int, err error) {
	all, err := people.On(ctx, b.DB.Read, "mastodon")
	if err != nil {
		return 0, err
	}
	f, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	w := csv.NewWriter(f)
	random := rand.New(rand.NewPCG(seed, 1))
	_ = w.Write([]string{"mastodon", "name", "orders", "spent", "last_order"})
	for _, h := range all {
		day := time.Now().AddDate(0, 0, -random.IntN(120)).Format(time.DateOnly)
		_ = w.Write([]string{h.Handle, h.Name, strconv.Itoa(2 + random.IntN(6)), strconv.Itoa(100 + random.IntN(2000)), day})
		n++
	}
	w.Flush()
	return n, w.Error()
}

// show prints what happens as it happens.
type show struct {
	w       io.Writer
	p       console.Paint
	b       *bot.Bot
	sandbox *sandbox.Server
	began   time.Time
	seenAt  int64           // how far the log has been shown
	seen    map[string]bool // posts that were shown
}

func (d *show) say(who, format string, args ...any) {
	at := fmt.Sprintf("%4.1fs", time.Since(d.began).Seconds())
	fmt.Fprintf(d.w, "%s  %s %s\n", d.p.Faint(at), d.p.Bold(fmt.Sprintf("%-14s", who)), fmt.Sprintf(format, args...))
}

func (d *show) play(ctx context.Context, out string, lasting time.Duration) error {
	acts := []struct {
		after time.Duration
		do    func(context.Context, string) error
	}{{3 * time.Second, d.approve}, {8 * time.Second, d.join}, {30 * time.Second, d.importCustomers},
		{min(50*time.Second, lasting-5*time.Second), d.redeem}}
	for time.Since(d.began) < lasting {
		if err := d.news(ctx); err != nil {
			return err
		}
		if len(acts) > 0 && time.Since(d.began) > acts[0].after {
			if err := acts[0].do(ctx, out); err != nil {
				return err
			}
			acts = acts[1:]
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(150 * time.Millisecond):
		}
	}
	return d.news(ctx)
}

// approve is the second pair of eyes that the campaign asks for.
func (d *show) approve(ctx context.Context, _ string) error {
	held, err := outbox.Holding(ctx, d.b.DB.Read, 1000)
	if err != nil {
		return err
	}
	for _, p := range held {
		if _, _, err := d.b.Acts.Approve(ctx, p.ID, "Mei, who read the texts"); err != nil {
			return err
		}
	}
	d.say("Mei", "approves %s that wait for a second pair of eyes", console.Plural(len(held), "post"))
	return nil
}

// join lets some followers ask to be written to.
func (d *show) join(context.Context, string) error {
	for i, name := range []string{"Ines", "Tom", "Aiko", "王小明", "Samir", "Lena", "João", "陈静"} {
		p := d.sandbox.Person(fmt.Sprintf("customer%d@social.example", i+1), sandbox.Called(name))
		p.Follow("pomelo-outlet")
		p.Say([]string{"join", "订阅"}[boolInt(name[0] > 127)], "pomelo-outlet")
	}
	return nil
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (d *show) importCustomers(ctx context.Context, out string) error {
	path := filepath.Join(out, "customers.csv")
	n, err := customerList(ctx, d.b, path, 7)
	if err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := d.b.Book.Import(ctx, f, time.Now(), nil, nil); err != nil {
		return err
	}
	d.say("Shop", "the shop's customer list is imported: %s", console.Plural(n, "customer"))
	return nil
}

// news prints which posts have gone out and what the audit log has, as far as it was not shown yet.
func (d *show) news(ctx context.Context) error {
	lines, last, err := audit.After(ctx, d.b.DB.Read, d.seenAt)
	if err != nil {
		return err
	}
	d.seenAt = last
	out, err := outbox.SentSince(ctx, d.b.DB.Read, d.began)
	if err != nil {
		return err
	}
	for _, p := range out {
		if d.seen[p.ID] {
			continue
		}
		d.seen[p.ID] = true
		if err := d.sent(ctx, p); err != nil {
			return err
		}
	}
	for _, l := range lines {
		if l.What == "opted out" {
			d.say("Stop", "%s", d.p.Warn("a person has opted out: no account writes to them again"))
		}
	}
	return nil
}

// sent shows a post; an answer together with what it answers.
func (d *show) sent(ctx context.Context, p *outbox.Post) error {
	if p.Mention == "" {
		d.say(p.Account, "%s %s", d.p.Blue("→ "+records.To(p)+":"), console.Short(p.SealedText, 110))
		return nil
	}
	m, err := inbox.One(ctx, d.b.DB.Read, p.Mention)
	if err != nil || m == nil {
		return err
	}
	private := ""
	if p.Private {
		private = ", in private"
	}
	d.say(p.Account, "%s %s", d.p.Faint("@"+m.Author.Handle+" writes:"), console.Short(m.Text, 60))
	d.say("", "%s %s", d.p.Blue("→ answered"+private+":"), console.Short(p.SealedText, 100))
	return nil
}

func (d *show) end(ctx context.Context, out string) error {
	lines, err := report.Campaigns(ctx, d.b.DB, report.Span{})
	if err != nil {
		return err
	}
	service, err := report.Mentions(ctx, d.b.DB, report.Span{})
	if err != nil {
		return err
	}
	fmt.Fprintf(d.w, "\n%s\n\n", d.p.Bold("What it brought in"))
	customers.PrintLines(console.Screen{Writer: d.w}, lines)
	customers.PrintService(d.w, service)
	me := executable()
	fmt.Fprintf(d.w, `
To see more, look into the database of this demo (%s):

  %[2]s -C %[3]s outbox list            every post and what became of it
  %[2]s -C %[3]s desk list              what no rule answered
  %[2]s -C %[3]s segments count regulars
  %[2]s -C %[3]s coupons list
  %[2]s plan --from 2027-11-24 --days 7   the sample workspace's own campaign
`, filepath.Join(out, "magpie.db"), relative(me), out)
	return nil
}
