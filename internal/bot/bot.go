package bot

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"magpie/internal/audit"
	"magpie/internal/coupon"
	"magpie/internal/inbox"
	"magpie/internal/lease"
	"magpie/internal/meter"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/network/bluesky"
	"magpie/internal/network/mastodon"
	"magpie/internal/network/weibo"
	"magpie/internal/network/x"
	"magpie/internal/outage"
	"magpie/internal/outbox"
	"magpie/internal/people"
	"magpie/internal/queue"
	"magpie/internal/store"
	"magpie/internal/vault"
	"magpie/internal/workspace"
)

// Kinds is the sorted list of networks.
func Kinds() []network.Kind {
	return []network.Kind{bluesky.Kind(), mastodon.Kind(), weibo.Kind(), x.Kind()}
}

// Options say what to open.
type Options struct {
	Dir      string // the workspace
	Database string // the SQLite file or the address of a Postgres database; empty: magpie.yaml, or magpie.db in the workspace
	Here     bool   // work with the files in Dir, even where another revision is in force
	Look     bool   // only to read: nothing is made or kept
	InForce  bool   // where the files in Dir have mistakes, work with the revision in force
	Watch    bool   // apply edits of the files in Dir; on SQLite that is done anyway
	Sandbox  string // address of a sandbox that plays every account; empty: the real networks
	Clock    func() time.Time
	Log      *logrus.Entry
	HTTP     *http.Client
	InFlight int // posts of one account being sent at the same time; 0: 8
	// Clients replaces the connectors, for a rehearsal.
	Clients func(a *workspace.Account) (network.Client, error)
}

// Bot is an open workspace with its database.
type Bot struct {
	Options
	DB        *store.DB
	Book      *people.Book
	Vault     *vault.Vault
	Queue     *queue.Queue
	set       atomic.Pointer[inForce]
	reloading sync.Mutex // held while files are put in force
	mu        sync.Mutex // guards accounts and guests
	accounts  map[string]*account
	guests    map[string]*connection     // to accounts that other machines hold
	shared    map[string]*network.Shared // by server; guarded by mu
	gists     gists
	outages   outage.Log
	calls     calls
	telling   time.Time  // up to when needs were handed over to be told
	signedAt  int64      // up to when new sign-ins were looked for, in milliseconds
	sharing   sync.Mutex // one shares accounts out at a time; guards peers and reclaimed
	planning  sync.Mutex // one plan at a time
	owner     string     // of the leases
	peers     []string   // the machines at work, when last looked
	reclaimed time.Time  // when work was last looked for that is lost
	beats     beats
	skews     skews
	running   atomic.Bool
	hookFails failing      // telling
	answersAt atomic.Value // a string: where /healthz is answered

	Mistakes workspace.Problems // of the files in Dir, where the revision in force is used in their place
}

// account is what the bot has open for one account.
type account struct {
	client    *connection
	mu        sync.RWMutex // guards self and limits
	self      network.Self
	limits    network.Limits
	publisher *outbox.Publisher
	wake      [2]chan struct{} // the lanes: answers, unasked
	stop      context.CancelFunc
	loops     sync.WaitGroup
	until     time.Time            // until when the account is ours for certain
	deaf      atomic.Bool          // it may be noted that not all is heard
	told      atomic.Bool          // and a person knows
	refused   time.Time            // when a new token was refused last
	greeted   atomic.Int64         // when the network was asked last who we are, in milliseconds
	looked    map[string]time.Time // at which mentions of the desk, for an answer by hand; lookAfter alone uses it
	owing     atomic.Bool          // the network waits to be paid, or did when an earlier process ended
}

// holdUntil notes for how long the lease is good.
func (a *account) holdUntil(t time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.until = t
}

// held tells whether the account is ours for certain: a machine that has slept
// finds out here, before it says anything in the account's name.
func (a *account) held() bool {
	a.mu.RLock()
	defer a.mu.RUnlock()
	now := time.Now()
	return now.Before(a.until) && now.Round(0).Before(a.until.Round(0)) // the first clock stands still while a machine is suspended
}

// who is the account on the network; zero while the network has not said.
func (a *account) who() network.Self {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.self
}

func (a *account) allowed() network.Limits {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.limits
}

func (a *account) learn(self network.Self, limits network.Limits) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.self, a.limits = self, limits
}

// Migrations are those of all packages.
func Migrations() []fs.FS {
	return []fs.FS{audit.Migrations(), lease.Migrations(), people.Migrations(), coupon.Migrations(), outbox.Migrations(),
		inbox.Migrations(), vault.Migrations(), need.Migrations(), meter.Migrations()}
}

// Open loads the workspace and opens its database. Its error is
// workspace.Problems where the files are to blame.
func Open(ctx context.Context, o Options) (*Bot, error) {
	set, err := workspace.Load(o.Dir, Kinds())
	if err != nil && o.Database == "" {
		o.Database = Path(o.Dir, "", workspace.OnlySettings(o.Dir))
	}
	if err != nil && (o.Here || !o.InForce && !store.IsPostgres(o.Database) || !store.Exists(o.Database)) {
		return nil, err
	}
	b := &Bot{Options: defaults(o, set), accounts: map[string]*account{}, guests: map[string]*connection{}}
	b.HTTP = b.dated(b.HTTP)
	b.outages.Clock = b.Clock
	b.owner = fmt.Sprintf("%d-%d", os.Getpid(), time.Now().UnixNano())
	place := b.Database
	if store.IsPostgres(place) {
		place = store.Named(place, b.owner)
	}
	opens := store.Open
	if o.Look {
		opens = store.Look
	}
	db, dbErr := opens(ctx, place, Migrations()...)
	if dbErr != nil {
		return nil, dbErr
	}
	b.DB = db
	if err := b.equip(ctx, set, err); err != nil {
		return nil, errors.Join(err, b.DB.Close())
	}
	return b, nil
}

// equip gives an open database its files, keys and job engine. set are the
// files here, or bad says what is wrong with them.
func (b *Bot) equip(ctx context.Context, set *workspace.Set, bad error) error {
	if err := b.DB.Here(ctx); err != nil {
		return err
	}
	r := &inForce{Set: set}
	if b.DB.Postgres() && !b.Here || set == nil && b.InForce {
		inForce, err := inForceAt(ctx, b.DB, b.Dir)
		if err != nil {
			return err
		}
		if inForce != nil {
			r = inForce
		}
		_ = errors.As(bad, &b.Mistakes)
	}
	if r.Set == nil {
		return bad
	}
	b.set.Store(r)
	b.Book = &people.Book{DB: b.DB, IDs: store.NewIDs(), OnMerge: merge, CheckHandle: checkHandle}
	b.Vault = vault.New(b.DB, keyFile(b.Dir, b.DB), b.Clock)
	var err error
	b.Queue, err = queue.Open(ctx, b.DB, b.owner, b.work(), b.Log)
	return err
}

// keyFile is where the key of the stored tokens lies: beside a SQLite file, or
// in the workspace of each machine.
func keyFile(dir string, db *store.DB) string {
	if db.Postgres() {
		return filepath.Join(dir, "magpie.key")
	}
	return db.Path + ".key"
}

// Path is where the database of a workspace lies.
func Path(dir, flag string, set *workspace.Set) string {
	switch {
	case flag != "":
		return flag
	case set != nil && store.IsPostgres(set.Settings.Database):
		return set.Settings.Database
	case set != nil && set.Settings.Database != "":
		return filepath.Join(dir, set.Settings.Database)
	}
	return filepath.Join(dir, "magpie.db")
}

func defaults(o Options, set *workspace.Set) Options {
	o.Database = Path(o.Dir, o.Database, set)
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.HTTP == nil {
		o.HTTP = network.HTTPClient(30 * time.Second)
	}
	if o.InFlight == 0 {
		o.InFlight = 8
	}
	return o
}

// checkHandle says what is wrong with a handle, where we know the network.
func checkHandle(net, handle string) string {
	if k := network.Find(Kinds(), net); k != nil {
		return k.CheckHandle(handle)
	}
	return ""
}

// merge lets coupons, posts and mentions follow when two persons are one.
func merge(ctx context.Context, tx *sql.Tx, into, from int64) error {
	for _, reassign := range []func(context.Context, *sql.Tx, int64, int64) error{coupon.Reassign, outbox.Reassign, inbox.Reassign} {
		if err := reassign(ctx, tx, into, from); err != nil {
			return err
		}
	}
	return nil
}

// Close ends the database.
func (b *Bot) Close() error { return b.DB.Close() }

// Set is the workspace in force.
func (b *Bot) Set() *workspace.Set { return b.set.Load().Set }

// Secret reads what credentials refer to.
func (b *Bot) Secret(ctx context.Context, name string, c *workspace.Credentials) (network.Secret, error) {
	if c == nil || c.Kind == "stored" {
		return b.Vault.Get(ctx, "account "+name)
	}
	return readSecret(b.Dir, *c, b.KeyFile(), b.DB.Path)
}

// Client opens the account's connector, or the sandbox in its place.
func (b *Bot) Client(ctx context.Context, a *workspace.Account) (network.Client, error) {
	return b.client(ctx, a, b.settings)
}

func (b *Bot) client(ctx context.Context, a *workspace.Account, with func(*workspace.Account, network.Secret, network.Session) network.Settings) (network.Client, error) {
	if b.Clients != nil {
		return b.Clients(a)
	}
	if b.Sandbox != "" {
		return mastodon.Kind().Open(network.Settings{Server: b.Sandbox, Secret: network.Secret("sandbox-" + a.Name), HTTP: b.httpOf("sandbox"),
			Shared: b.sharedBy(b.Sandbox), Kept: int(a.Pace.KeptForAnswers)})
	}
	if err := b.mayAskNetworks(ctx, a); err != nil {
		return nil, err
	}
	secret, err := b.Secret(ctx, a.Name, a.Credentials)
	if err != nil {
		return nil, network.Fail(network.SignedOut, "%w", err)
	}
	if before, err := b.Vault.Session(a.Name).Load(); secret == "" && before == "" && err == nil {
		return nil, network.Fail(network.SignedOut, "not signed in yet: run “magpie accounts login %s”", a.Name)
	}
	if a.Credentials == nil || a.Credentials.Kind == "stored" {
		if err := b.ofServer(ctx, a); err != nil {
			return nil, err
		}
	}
	c, err := a.Kind.Open(with(a, secret, b.session(a.Name)))
	if err != nil {
		return nil, network.Fail(network.SignedOut, "%w: set %s, or run “magpie accounts login %s”", err, where(a.Credentials), a.Name)
	}
	return c, nil
}

func where(c *workspace.Credentials) string {
	if c == nil {
		return "credentials: in the account file"
	}
	return c.Kind + ":" + c.Name
}

// Kind is the network an account speaks to: the sandbox speaks Mastodon.
func (b *Bot) Kind(a *workspace.Account) network.Kind {
	if b.Sandbox == "" {
		return a.Kind
	}
	k := mastodon.Kind()
	k.Limits.Text = min(k.Limits.Text, a.Kind.Limits.Text)
	k.HeardFirst, k.Private = a.Kind.HeardFirst, a.Kind.Private // people are asked to write first, as there
	return k
}

// account returns what is open for an account, or nil.
func (b *Bot) account(name string) *account {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.accounts[name]
}

// Open accounts, by name.
func (b *Bot) opened() map[string]*account {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := make(map[string]*account, len(b.accounts))
	for n, a := range b.accounts {
		out[n] = a
	}
	return out
}

// write runs fn in a shared transaction.
func (b *Bot) write(ctx context.Context, fn func(*sql.Tx) error) error { return b.DB.Batch(ctx, fn) }

// raise notes what needs a person.
func (b *Bot) raise(ctx context.Context, kind, subject, text string) {
	var fresh bool
	err := b.write(ctx, func(tx *sql.Tx) (err error) {
		fresh, err = b.raiseIn(ctx, tx, kind, subject, text)
		return err
	})
	if err != nil {
		b.Log.WithError(err).Error("a message for a person could not be stored")
	}
	if fresh {
		b.Log.WithField("subject", subject).Warn(kind + ": " + text)
		b.Queue.Wake(ctx, "tell")
	}
}

func (b *Bot) raiseIn(ctx context.Context, tx *sql.Tx, kind, subject, text string) (bool, error) {
	fresh, err := need.Raise(ctx, tx, kind, subject, text, b.Clock())
	if err != nil || !fresh {
		return fresh, err
	}
	return true, b.Queue.Add(ctx, tx, "tell", "all")
}

func (b *Bot) clear(ctx context.Context, kind, subject string) {
	err := b.write(ctx, func(tx *sql.Tx) error { return need.Clear(ctx, tx, kind, subject) })
	if err != nil && ctx.Err() == nil {
		b.Log.WithError(err).Error("a message for a person could not be removed")
	}
}

func orElse(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
