package bot

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"magpie/internal/inbox"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/network/memory"
	"magpie/internal/outbox"
	"magpie/internal/outbox/outboxtest"
	"magpie/internal/people"
	"magpie/internal/store/storetest"
	"magpie/internal/workspace"
)

func TestMain(m *testing.M) {
	time.Local = time.UTC              // as main does
	_ = flag.Set("test.parallel", "8") // teams of machines mostly wait
	os.Exit(storetest.Both(m))
}

// files are a small workspace: two accounts of one server, an offer with made
// codes, a post, a post to people, rules.
var files = map[string]string{
	"accounts/outlet.yaml": accountFile("America/Chicago"),
	"accounts/home.yaml":   accountFile("America/New_York"),
	"campaigns/tips.yaml": `title: Tips
steps:
  tip:
    accounts: [outlet]
    cron: "0 9 * * *"
    say: tip
`,
	"campaigns/bf.yaml": `title: Black Friday
from: 2027-11-20
until: 2027-11-30
offer: bf
steps:
  tease:
    accounts: [outlet]
    at: 2027-11-26 10:00
    say: tease
    late: {after: 15m, then: skip}
  fans:
    accounts: [outlet]
    at: 2027-11-26 11:00
    to: {segment: fans, by: direct}
    say: fans
    late: {after: 30m, then: skip}
  claim:
    accounts: [outlet]
    mention: {says: [deal, 优惠], not: [scam]}
    for: followers
    say: claim
    say_others: sorry
    per_person: 3/day
`,
	"campaigns/service.yaml": `title: Service
steps:
  hours:
    accounts: [outlet, home]
    mention: {says: [open, 几点开门]}
    say: hours
  join:
    accounts: [outlet]
    mention: {says: [join]}
    grants: direct
    say: welcome
    private: true
`,
	"campaigns/offers.yaml": `bf:
  value: 30%
  codes: made
  limit: 50
  per_person: 1
  valid: 72h
  until: 2027-11-30
  link: https://shop.example/bf?c={{code}}
`,
	"campaigns/segments.yaml": `fans: consents("direct")
followers: follows("outlet")
`,
	"templates/tip.en.tmpl":     "A clean fan keeps a computer quiet.",
	"templates/tease.en.tmpl":   "Tomorrow at nine: everything for a third less.",
	"templates/fans.en.tmpl":    "Dear {{name}}, your code is {{code}}, good until {{until}}.",
	"templates/fans.zh.tmpl":    "{{name}}，您的优惠码是 {{code}}。",
	"templates/claim.en.tmpl":   "Here you are, {{name}}: {{code}}",
	"templates/claim.zh.tmpl":   "{{name}}，给您：{{code}}",
	"templates/sorry.en.tmpl":   "That is for those who follow us already.",
	"templates/hours.en.tmpl":   "We are there from nine to six.",
	"templates/hours.zh.tmpl":   "我们九点到六点营业。",
	"templates/welcome.en.tmpl": "Good to have you with us.",
}

// accountFile is that of an account with a token of its own.
func accountFile(zone string) string {
	return fmt.Sprintf("network: mastodon\nserver: https://social.example\nabout: Things from %s\nlanguage: en\ntimezone: "+
		"%s\ncredentials: env:NONE_%d\n", zone, zone,
		tokens.Add(1))
}

var tokens atomic.Int64

// world is a bot on a workspace of its own, a network made of memory, a clock.
type world struct {
	testing.TB
	*Bot
	net *memory.Network
	now time.Time
}

// at is an instant by the outlet's clock.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	x, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// newWorld opens the files, changed as said, at an instant by the outlet's clock.
func newWorld(t testing.TB, now string, changed map[string]string) *world {
	t.Helper()
	w := &world{TB: t, now: at(t, now)}
	dir := t.TempDir()
	all := maps.Clone(files)
	maps.Copy(all, changed)
	w.net = memory.New(func() time.Time { return w.now })
	log := logrus.New()
	log.SetOutput(io.Discard)
	putFiles(t, dir, all)
	b, err := Open(context.Background(), Options{Dir: dir, Database: storetest.Reused(t, "bot"), Clock: func() time.Time { return w.now },
		Log: logrus.NewEntry(log),
		Clients: func(a *workspace.Account) (network.Client, error) {
			w.net.Use(a.Name, a.Kind, network.Exact)
			return w.net.Client(a.Name), nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	w.Bot = b
	t.Cleanup(func() { _ = b.Close() })
	w.must(b.begin(context.Background(), nil))
	for name, x := range b.Accounts.Opened() { // reads from now on
		w.must(b.Listener.Poll(context.Background(), b.Set().Accounts[name], x.Client))
	}
	return w
}

// putFiles writes files; an empty one is taken away.
func putFiles(t testing.TB, dir string, all map[string]string) {
	t.Helper()
	for name, text := range all {
		path := filepath.Join(dir, name)
		if text == "" {
			_ = os.Remove(path)
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// edit changes files and puts them in force.
func (w *world) edit(changed map[string]string) {
	w.Helper()
	putFiles(w, w.Dir, changed)
	before := w.Set().Hash
	w.Reload(context.Background(), nil)
	if w.Set().Hash == before {
		_, err := workspace.Load(w.Dir, Kinds())
		w.Fatalf("the edit is not in force: %v, %v", err, w.needs())
	}
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// step moves the clock on, reads, and does what is due.
func (w *world) step(now time.Time) {
	w.Helper()
	w.now = now
	ctx := context.Background()
	for name, x := range w.Accounts.Opened() {
		w.must(w.Listener.Poll(ctx, w.Set().Accounts[name], x.Client))
	}
	w.must(w.Step(ctx))
}

func (w *world) posts(where string, args ...any) []*outbox.Post {
	w.Helper()
	return outboxtest.Where(w, w.DB.Read, where, args...)
}

// one is the only post of a step.
func (w *world) one(step string) *outbox.Post {
	w.Helper()
	all := w.posts(`step = $1 AND parent = ''`, step)
	if len(all) != 1 {
		w.Fatalf("%d posts of %s", len(all), step)
	}
	return all[0]
}

// is fails unless the only post of a step is in that state.
func (w *world) is(step string, s outbox.State) *outbox.Post {
	w.Helper()
	p := w.one(step)
	if p.State != s {
		w.Fatalf("%s is %s (%s), want %s", step, p.State, p.Reason, s)
	}
	return p
}

// fans are n persons who said that the outlet may write to them.
func (w *world) fans(n int, change func(i int, p *network.Person)) (ids []int64) {
	w.Helper()
	ctx := context.Background()
	w.must(w.DB.Write(ctx, func(tx *sql.Tx) error {
		for i := range n {
			who := network.Person{ID: fmt.Sprint("id", i), Handle: fmt.Sprintf("fan%d@s.example", i), Name: fmt.Sprint("Fan ", i)}
			if change != nil {
				change(i, &who)
			}
			id, err := w.Book.Meet(ctx, tx, "mastodon", who, w.now)
			if err != nil {
				return err
			}
			if _, err := people.Grant(ctx, tx, id, "outlet", "item", w.now, w.now); err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	}))
	return ids
}

func (w *world) needs() (out []string) {
	w.Helper()
	all, err := need.Open(context.Background(), w.DB)
	w.must(err)
	for _, n := range all {
		out = append(out, n.Kind)
	}
	return out
}

// mention is what became of what somebody wrote.
func (w *world) mention(m network.Mention) *inbox.Mention {
	w.Helper()
	got, err := inbox.One(context.Background(), w.DB.Read, inbox.ID("mastodon", m.Item))
	w.must(err)
	if got == nil {
		w.Fatalf("%s was not kept", m.Item)
	}
	return got
}

// texts are those that an account has published.
func (w *world) texts(account string) (out []string) {
	for _, p := range w.net.Posts(account) {
		out = append(out, p.Text)
	}
	return out
}

var ann = network.Person{Handle: "ann@s.example", Name: "Ann"}

func networktestFault(r network.Reason) memory.Fault {
	return memory.Fault{Failure: network.Fail(r, "the network says %s", r)}
}

// lateClients makes an account's next client c.
func (w *world) lateClients(c network.Client, name string) {
	before := w.Accounts.Clients
	w.Accounts.Clients = func(a *workspace.Account) (network.Client, error) {
		if a.Name == name {
			return c, nil
		}
		return before(a)
	}
}
