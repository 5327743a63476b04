package bot

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"magpie/internal/accounts"
	"magpie/internal/acts"
	"magpie/internal/agenda"
	"magpie/internal/apikey"
	"magpie/internal/audit"
	"magpie/internal/care"
	"magpie/internal/checkup"
	"magpie/internal/compose"
	"magpie/internal/coupon"
	"magpie/internal/inbox"
	"magpie/internal/lease"
	"magpie/internal/listen"
	"magpie/internal/meter"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/network/bluesky"
	"magpie/internal/network/mastodon"
	"magpie/internal/network/weibo"
	"magpie/internal/network/x"
	"magpie/internal/orders"
	"magpie/internal/outbox"
	"magpie/internal/people"
	"magpie/internal/queue"
	"magpie/internal/reply"
	"magpie/internal/restore"
	"magpie/internal/site"
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
	// Kinds are the networks; nil: all that Magpie knows.
	Kinds []network.Kind
	// Clients replaces the connectors, for a rehearsal.
	Clients func(a *workspace.Account) (network.Client, error)
}

// Bot is an open workspace with its database, and the rooms that work in it.
type Bot struct {
	*site.Site
	Options  Options
	Accounts *accounts.Accounts
	Composer *compose.Composer
	Agenda   *agenda.Agenda
	Listener *listen.Listener
	Replier  *reply.Replier
	Restorer *restore.Restorer
	Rounds   *care.Rounds
	Checkup  *checkup.Checkup
	Acts     *acts.Acts

	reloading sync.Mutex   // held while files are put in force
	sharing   sync.Mutex   // one shares accounts out at a time; guards peers and reclaimed
	peers     []string     // the machines at work, when last looked
	reclaimed time.Time    // when work was last looked for that is lost
	answersAt atomic.Value // a string: where /healthz is answered
}

// wire gives each room those that it works with.
func (b *Bot) wire() {
	s := b.Site
	b.Accounts = accounts.In(s, b.Options.Clients)
	b.Composer = &compose.Composer{Site: s, Accounts: b.Accounts}
	b.Agenda = &agenda.Agenda{Site: s, Accounts: b.Accounts, Composer: b.Composer}
	b.Listener = &listen.Listener{Site: s, Accounts: b.Accounts}
	b.Replier = &reply.Replier{Site: s, Accounts: b.Accounts, Composer: b.Composer}
	b.Restorer = &restore.Restorer{Site: s, Accounts: b.Accounts, Composer: b.Composer, Listener: b.Listener, Replier: b.Replier}
	b.Rounds = &care.Rounds{Site: s, Accounts: b.Accounts, Agenda: b.Agenda, Listener: b.Listener, Replier: b.Replier}
	b.Checkup = &checkup.Checkup{Site: s, Accounts: b.Accounts, Composer: b.Composer, Listener: b.Listener, Rounds: b.Rounds, Judging: b.idle}
	b.Acts = &acts.Acts{Site: s, Accounts: b.Accounts, Agenda: b.Agenda, Composer: b.Composer, Replier: b.Replier}
	b.Agenda.Replanned = b.Restorer.MatchAgain
}

// Migrations are those of all packages.
func Migrations() []fs.FS {
	return []fs.FS{audit.Migrations(), lease.Migrations(), people.Migrations(), coupon.Migrations(), outbox.Migrations(),
		inbox.Migrations(), orders.Migrations(), apikey.Migrations(), vault.Migrations(), need.Migrations(), meter.Migrations()}
}

// Open loads the workspace and opens its database. Its error is
// workspace.Problems where the files are to blame.
func Open(ctx context.Context, o Options) (*Bot, error) {
	if o.Kinds == nil {
		o.Kinds = Kinds()
	}
	set, err := workspace.Load(o.Dir, o.Kinds)
	if err != nil && o.Database == "" {
		o.Database = Path(o.Dir, "", workspace.OnlySettings(o.Dir))
	}
	if err != nil && (o.Here || !o.InForce && !store.IsPostgres(o.Database) || !store.Exists(o.Database)) {
		return nil, err
	}
	o = defaults(o, set)
	b := &Bot{Options: o, Site: &site.Site{Dir: o.Dir, Sandbox: o.Sandbox, Clock: o.Clock, Log: o.Log, HTTP: o.HTTP,
		Owner: fmt.Sprintf("%d-%d", os.Getpid(), time.Now().UnixNano())}}
	b.Outages.Clock = b.Clock
	b.wire()
	b.HTTP = b.Accounts.Dated(b.HTTP)
	place := o.Database
	if store.IsPostgres(place) {
		place = store.Named(place, b.Owner)
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
	r := &site.InForce{Set: set}
	if b.DB.Postgres() && !b.Options.Here || set == nil && b.Options.InForce {
		inForce, err := site.InForceAt(ctx, b.DB, b.Dir, b.Options.Kinds)
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
	b.Use(r)
	b.Book = &people.Book{DB: b.DB, IDs: store.NewIDs(), Kinds: b.Options.Kinds,
		Accounts: func() []string { return slices.Sorted(maps.Keys(b.Set().Accounts)) }}
	b.Orders = &orders.Book{DB: b.DB, People: b.Book, Currency: func() string { return string(b.Set().Settings.Currency) }}
	b.Book.Parts, b.Book.Listed, b.Book.Zone = b.parts(), b.Orders.Listed, b.Zone
	b.Vault = vault.New(b.DB, site.KeyFile(b.Dir, b.DB), b.Clock)
	var err error
	b.Queue, err = queue.Open(ctx, b.DB, b.Owner, b.work(), b.Log)
	return err
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

// parts are what is kept of persons beside their record.
func (b *Bot) parts() []people.Part {
	alone := func(back func(context.Context, *sql.Tx, []string, int64) error) func(context.Context, *sql.Tx, []string, int64, int64) error {
		return func(ctx context.Context, tx *sql.Tx, ids []string, to, _ int64) error { return back(ctx, tx, ids, to) }
	}
	return []people.Part{{Name: "codes", Move: coupon.Reassign, Back: alone(coupon.GiveBack)},
		{Name: "uses", Move: coupon.ReassignUses, Back: coupon.GiveUsesBack},
		{Name: "posts", Move: outbox.Reassign, Back: alone(outbox.GiveBack)},
		{Name: "mentions", Move: inbox.Reassign, Back: alone(inbox.GiveBack)},
		{Name: "orders", Move: b.Orders.Reassign, Back: b.Orders.GiveBack}}
}

// Close ends the database.
func (b *Bot) Close() error { return b.DB.Close() }
