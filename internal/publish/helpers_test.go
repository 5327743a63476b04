package publish_test

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/sirupsen/logrus"

	"magpie/internal/audit"
	"magpie/internal/coupon"
	"magpie/internal/inbox"
	"magpie/internal/lease"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/network/memory"
	"magpie/internal/outbox"
	"magpie/internal/publish"
	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

const (
	name   = "outlet"
	settle = time.Minute
)

var (
	noon = time.Date(2027, 11, 26, 12, 0, 0, 0, time.UTC)
	kind = network.Kind{Name: "test", KeyLife: time.Hour, Limits: network.Limits{Text: 100},
		Address: func(text, handle string) string {
			if handle == "" {
				return text
			}
			return "@" + handle + " " + text
		},
		Measure: func(text string, _ bool, l network.Limits) network.Size {
			return network.Size{Count: utf8.RuneCountInString(text), Limit: l.Text, Unit: "characters"}
		}}
	offer = coupon.Offer{Name: "bf", Made: true, PerPerson: 1}
)

func TestMain(m *testing.M) {
	_ = flag.Set("rapid.nofailfile", "true") // the message has all it takes
	os.Exit(storetest.Both(m))
}

// world is a database, a network made of memory, a clock, and one process that
// publishes. Fields are changed between passes only.
type world struct {
	testing.TB
	db       *store.DB
	net      *memory.Network
	client   network.Client
	now      time.Time
	p        *publish.Publisher
	hash     string                                 // of what is composed
	compose  func(p *outbox.Post) error             // before it is composed
	recheck  func(p *outbox.Post) error             // as it is frozen
	mu       sync.Mutex                             // guards out
	out      []string                               // by SignedOut
	composed func(p *outbox.Post) (d network.Draft) // nil: the post's text
}

func newWorld(t testing.TB, replay network.Replay) *world {
	t.Helper()
	w := &world{TB: t, now: noon, hash: "h1"}
	w.db = storetest.Open(t, audit.Migrations(), lease.Migrations(), coupon.Migrations(), outbox.Migrations(), inbox.Migrations(),
		need.Migrations())
	w.net = memory.New(func() time.Time { return w.now })
	w.net.Use(name, kind, replay)
	w.client = w.net.Client(name)
	w.restart()
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// restart is a new process: it takes the lease and recovers.
func (w *world) restart() {
	w.Helper()
	epoch, err := lease.Take(context.Background(), w.db, name, "me", w.now, 1000*time.Hour)
	w.must(err)
	w.p = w.publisher(epoch)
	w.must(w.p.Recover(context.Background()))
}

func (w *world) publisher(epoch int64) *publish.Publisher {
	log := logrus.New()
	log.SetOutput(io.Discard)
	return &publish.Publisher{DB: w.db, Account: name, Epoch: epoch, Client: w.client, Kind: kind, Log: logrus.NewEntry(log), InFlight: 4,
		Settle: settle,
		Limits: func() network.Limits { return kind.Limits }, Clock: func() time.Time { return w.now },
		Hooks: publish.Hooks{Compose: w.words, Recheck: w.again, SignedOut: func(s string) {
			w.mu.Lock()
			w.out = append(w.out,
				s)
			w.mu.Unlock()
		}}}
}

func (w *world) words(_ context.Context, p *outbox.Post, now time.Time) (c outbox.Composed, err error) {
	if w.compose != nil {
		if err := w.compose(p); err != nil {
			return c, err
		}
	}
	c = outbox.Composed{Hash: w.hash, Until: now.Add(72 * time.Hour), Draft: network.Draft{Text: strings.ReplaceAll(p.Text, "{code}",
		p.Code), Language: "en", Direct: p.Kind == outbox.Direct, ReplyTo: network.Ref(p.Ref)}}
	if p.Recipient != "" {
		c.Draft.To = &network.Person{ID: p.Recipient, Handle: p.Recipient}
	}
	if w.composed != nil {
		c.Draft = w.composed(p)
	}
	return c, nil
}

func (w *world) again(_ context.Context, _ *sql.Tx, all []*outbox.Ready, _ time.Time) error {
	for _, r := range all {
		if w.recheck == nil {
			return nil
		}
		if err := w.recheck(r.Post); err != nil && !errors.As(err, &r.Stop) {
			return err
		}
	}
	return nil
}

// told are the states that posts came to, as their histories have them.
func (w *world) told() (all []outbox.State) {
	w.Helper()
	posts, err := outbox.Listed(context.Background(), w.db.Read, outbox.List{Limit: 1000}, w.now)
	w.must(err)
	var lines []audit.Line
	for _, p := range posts {
		history, err := outbox.History(context.Background(), w.db, p)
		w.must(err)
		lines = append(lines, history...)
	}
	slices.SortStableFunc(lines, func(a, b audit.Line) int { return a.At.Compare(b.At) })
	for _, l := range lines {
		all = append(all, outbox.State(strings.TrimPrefix(l.What, "post ")))
	}
	return all
}

// add writes a post down. Some of it is filled in.
func (w *world) add(key string, change func(*outbox.Post)) *outbox.Post {
	w.Helper()
	p := &outbox.Post{Key: key, Kind: outbox.Public, Account: name, Campaign: "c", Step: "s", Occurrence: "o", Text: "text of " + key,
		SlotAt: w.now}
	if change != nil {
		change(p)
	}
	w.must(w.db.Write(context.Background(), func(tx *sql.Tx) error {
		added, err := outbox.Add(context.Background(), tx, p, w.now)
		if err == nil && !added {
			w.Fatalf("%s is there already", key)
		}
		return err
	}))
	return p
}

// coded is a direct post with a coupon for a person.
func (w *world) coded(key string, person int64) *outbox.Post {
	w.Helper()
	var code string
	w.must(w.db.Write(context.Background(), func(tx *sql.Tx) (err error) {
		code, err = coupon.Reserve(context.Background(), tx, offer, coupon.For{Person: person, Post: outbox.ID(key)}, w.now)
		return err
	}))
	return w.add(key, func(p *outbox.Post) {
		p.Kind, p.Person, p.Recipient, p.Code, p.Text = outbox.Direct, person, "ann", code, "your code is {code}"
	})
}

func (w *world) pass() (n int) {
	w.Helper()
	n, err := w.p.Pass(context.Background())
	w.must(err)
	return n
}

// after lets time go by and passes.
func (w *world) after(d time.Duration) int {
	w.Helper()
	w.now = w.now.Add(d)
	return w.pass()
}

func (w *world) post(key string) *outbox.Post {
	w.Helper()
	p, err := outbox.One(context.Background(), w.db.Read, outbox.ID(key))
	w.must(err)
	return p
}

// is fails unless the post is in that state; it returns the post.
func (w *world) is(key string, s outbox.State) *outbox.Post {
	w.Helper()
	p := w.post(key)
	if p.State != s {
		w.Fatalf("%s is %s (%s), want %s", key, p.State, p.Reason, s)
	}
	if (s == outbox.Refused || s == outbox.Late || s == outbox.Withdrawn || s == outbox.Asked || s == outbox.Held || s == outbox.InDoubt) &&
		p.Reason == "" {
		w.Errorf("%s is %s for no reason", key, s)
	}
	return p
}

// outThere fails unless so many posts are on the network.
func (w *world) outThere(n int) []memory.Posted {
	w.Helper()
	all := w.net.Posts(name)
	if len(all) != n {
		w.Fatalf("%d posts are out, want %d: %+v", len(all), n, all)
	}
	return all
}

// code is the state of a post's coupon.
func (w *world) code(p *outbox.Post) (s string) {
	w.Helper()
	w.must(w.db.Read.QueryRow(`SELECT state FROM coupons WHERE code = $1`, p.Code).Scan(&s))
	return s
}

func (w *world) fail(r network.Reason, stored bool) {
	w.net.Fail(name, memory.Fault{Failure: network.Fail(r, "the network says %s", r), Stored: stored})
}
