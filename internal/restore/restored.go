package restore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"magpie/internal/audit"
	"magpie/internal/inbox"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/pause"
	"magpie/internal/site"
	"magpie/internal/store"
)

// A database that was restored from a backup does not know what went out after
// the backup was made. Nothing is sent until each account's own posts since
// then have been read and matched with the outbox, and what people wrote since
// then has been read again. Codes of a pool that may have been given out
// meanwhile wait for a person.

const (
	Unmatched = "restored" // name of the pause, beside the one that a person may set
	unknown   = "the database was restored, and what was posted since the backup is still being checked on the networks"
)

// Home looks whether the database is the one that was at work last. One that
// was restored is halted until it is matched.
func (r *Restorer) Home(ctx context.Context) error {
	if err := r.DB.Home(ctx); err != nil {
		return err
	}
	back, err := r.DB.Rewound(ctx, r.BeatFile())
	if err == nil && !back.IsZero() {
		err = r.DB.Adopt(ctx, back)
	}
	if err != nil {
		return err
	}
	since, err := r.RestoredFrom(ctx)
	if err != nil || since.IsZero() {
		return err
	}
	r.Log.WithField("since", since).Warn("the database is a copy from that time: nothing is sent until it is known what was posted since")
	now := r.Clock()
	if _, err := pause.Set(ctx, r.DB, pause.Everything, Unmatched, unknown, audit.Bot, now); err != nil {
		return err
	}
	for _, o := range r.Set().Offers {
		if o.Codes.Kind != "imported" {
			continue
		}
		const why = "some may have gone out before the database was restored"
		if _, err := pause.Set(ctx, r.DB, pause.Codes, o.Name, why, audit.Bot, now); err != nil {
			return err
		}
	}
	return r.Write(ctx, func(tx *sql.Tx) error {
		// Another machine may have matched everything meanwhile.
		restored, err := store.MarkIn(ctx, tx, store.Restored)
		if err == nil && restored == "" {
			err = pause.LiftIn(ctx, tx, pause.Everything, Unmatched)
		}
		if err != nil {
			return err
		}
		return store.SetMark(ctx, tx, site.Window, site.Span{From: store.Ms(since), To: store.Ms(now)}.String())
	})
}

// Match goes over the accounts that this process holds, as long as there are
// any to be matched. It tries again what a network refuses for now.
func (r *Restorer) Match(ctx context.Context) {
	for again := site.Sweep; ctx.Err() == nil; again = min(2*again, time.Minute) {
		done, err := r.MatchAll(ctx)
		if done { // a mark may come again: the database may go back while we run
			again = site.Sweep / 2
			site.Sleep(ctx, 5*site.Sweep)
			continue
		}
		wait := site.Sweep // for other machines
		if err != nil && ctx.Err() == nil {
			wait = network.RetryAt(err, r.Clock(), again).Sub(r.Clock())
			r.Log.WithError(err).Warn("the posts since the backup can't be looked up yet; trying again")
		}
		site.Sleep(ctx, wait)
	}
}

// MatchAll matches what is held and tells whether nothing is left to do.
func (r *Restorer) MatchAll(ctx context.Context) (done bool, err error) {
	since, err := r.RestoredFrom(ctx)
	if err != nil || since.IsZero() {
		return err == nil, err
	}
	left := 0
	var errs []error
	for name, a := range r.Set().Accounts {
		if mark, err := r.DB.Mark(ctx, store.Matched+name); err != nil || mark != "" {
			errs = append(errs, err)
			continue
		}
		x := r.Accounts.Of(name)
		if x == nil {
			left++ // another machine's
			continue
		}
		if err := r.MatchAccount(ctx, a, x, since.Add(-site.ClockSlack)); err != nil {
			left++
			if errors.Is(err, errAgain) || errors.Is(err, site.ErrStale) { // the files have changed: that needs nobody
				errs = append(errs, err)
				continue
			}
			if network.ReasonOf(err) == network.SignedOut {
				r.Accounts.SignOut(ctx, name, err.Error())
			}
			r.Raise(ctx, need.Restored, "account "+name, "the database was restored, and no account posts anything until it is "+
				"known what was posted on "+name+" since: "+err.Error())
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	if left > 0 || errors.Join(errs...) != nil {
		return false, errors.Join(errs...)
	}
	err = r.allMatched(ctx, since)
	return err == nil, err
}

// allMatched decides what people wrote since, so that whoever said stop is
// heard, and then lets the posts go.
func (r *Restorer) allMatched(ctx context.Context, since time.Time) error {
	fresh, err := inbox.Undecided(ctx, r.DB.Read)
	if err != nil {
		return err
	}
	for _, m := range fresh {
		if err := r.Replier.DecideNow(ctx, m); err != nil {
			return err
		}
	}
	err = r.Write(ctx, func(tx *sql.Tx) error {
		for name := range r.Set().Accounts {
			if err := matched(ctx, tx, name); err != nil {
				return err
			}
			if err := errors.Join(store.SetMark(ctx, tx, store.Matched+name, ""), need.Clear(ctx, tx, need.Restored, "account "+name)); err != nil {
				return err
			}
		}
		if err := store.SetMark(ctx, tx, store.Restored, ""); err != nil {
			return err
		}
		if err := pause.LiftIn(ctx, tx, pause.Everything, Unmatched); err != nil {
			return err
		}
		for _, o := range r.Set().Offers {
			if o.Codes.Kind != "imported" {
				continue
			}
			if _, err := r.RaiseIn(ctx, tx, need.Restored, o.Name,
				"the database is a copy from "+since.Format(site.Stamp)+": codes of "+o.Name+" may have been given out since: check that, then "+
					"run “magpie coupons release "+o.Name+"”"); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, r.Clock(), audit.Bot, "restored and matched", "database", "from "+since.Format(site.Stamp))
	})
	if err == nil {
		r.Log.Info("the posts since the backup are known now: posts go out again")
	}
	return err
}

// errAgain means that the files have changed while it was found out what went out.
var errAgain = errors.New("the files have changed: the posts since the backup are looked up once more")

func matched(ctx context.Context, tx *sql.Tx, account string) error {
	mark, err := store.MarkIn(ctx, tx, store.Matched+account)
	if err == nil && mark == "" {
		return errAgain
	}
	return err
}

// MatchAgain halts everything once more if the files have brought posts of the
// time of which a restored database knows nothing: files that are older than it
// were in force when it was found out what went out then.
func (r *Restorer) MatchAgain(ctx context.Context, tx *sql.Tx, added []*outbox.Post, now time.Time) error {
	dark, err := r.Dark(ctx)
	if err != nil || !slices.ContainsFunc(added, func(p *outbox.Post) bool { return dark.Holds(p.SlotAt) }) {
		return err
	}
	_, err = pause.SetIn(ctx, tx, pause.Everything, Unmatched, unknown, audit.Bot, now)
	return errors.Join(err, store.Unmatch(ctx, tx, strconv.FormatInt(dark.From, 10)),
		store.SetMark(ctx, tx, site.Window, site.Span{From: dark.From, To: store.Ms(now)}.String()))
}
