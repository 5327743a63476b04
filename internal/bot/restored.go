package bot

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"magpie/internal/audit"
	"magpie/internal/inbox"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/pause"
	"magpie/internal/store"
)

// A database that was restored from a backup does not know what went out after
// the backup was made. Nothing is sent until each account's own posts since
// then have been read and matched with the outbox, and what people wrote since
// then has been read again. Codes of a pool that may have been given out
// meanwhile wait for a person.

const (
	unmatched = "restored"          // name of the pause, beside the one that a person may set
	window    = "not known between" // mark: milliseconds-milliseconds
	before    = 10 * time.Minute    // clocks differ
	unknown   = "the database was restored, and what was posted since the backup is still being checked on the networks"
)

// home looks whether the database is the one that was at work last. One that
// was restored is halted until it is matched.
func (b *Bot) home(ctx context.Context) error {
	if err := b.DB.Home(ctx); err != nil {
		return err
	}
	back, err := b.DB.Rewound(ctx, b.beatFile())
	if err == nil && !back.IsZero() {
		err = b.DB.Adopt(ctx, back)
	}
	if err != nil {
		return err
	}
	since, err := b.restoredFrom(ctx)
	if err != nil || since.IsZero() {
		return err
	}
	b.Log.WithField("since", since).Warn("the database is a copy from that time: nothing is sent until it is known what was posted since")
	now := b.Clock()
	if _, err := pause.Set(ctx, b.DB, pause.Everything, unmatched, unknown, audit.Bot, now); err != nil {
		return err
	}
	for _, o := range b.Set().Offers {
		if o.Codes.Kind != "imported" {
			continue
		}
		const why = "some may have gone out before the database was restored"
		if _, err := pause.Set(ctx, b.DB, pause.Codes, o.Name, why, audit.Bot, now); err != nil {
			return err
		}
	}
	return b.write(ctx, func(tx *sql.Tx) error {
		// Another machine may have matched everything meanwhile.
		restored, err := store.MarkIn(ctx, tx, store.Restored)
		if err == nil && restored == "" {
			err = pause.LiftIn(ctx, tx, pause.Everything, unmatched)
		}
		if err != nil {
			return err
		}
		return store.SetMark(ctx, tx, window, span{store.Ms(since), store.Ms(now)}.String())
	})
}

// codesHeld tells whether an offer's codes wait for a person.
func codesHeld(ctx context.Context, tx *sql.Tx, offer string) (held bool, err error) {
	return pause.Is(ctx, tx, pause.Codes, offer)
}

// ReleaseCodes lets an offer's codes be given out again, after a person has
// looked. held is false if they did not wait.
func (b *Bot) ReleaseCodes(ctx context.Context, offer, who string) (held bool, err error) {
	if held, err = pause.Lift(ctx, b.DB, pause.Codes, offer, who, b.Clock()); err == nil {
		b.clear(ctx, need.Restored, offer)
		err = b.write(ctx, func(tx *sql.Tx) error { // mailings that waited for them need not wait longer
			return outbox.Resumed(ctx, tx, outbox.CodesHeld, b.Clock())
		})
	}
	return held, err
}

// ErrUnmatched means that it is not known yet what went out before the database
// was restored.
var ErrUnmatched = errors.New("the database was restored from a backup, and what was posted since is not known yet: start “magpie run”, which finds out by itself")

// beatFile is where this machine keeps how far the database has been.
func (b *Bot) beatFile() string { return strings.TrimSuffix(b.KeyFile(), ".key") + ".beat" }

// restoredFrom is from when the database was, zero if it was not restored.
func (b *Bot) restoredFrom(ctx context.Context) (time.Time, error) {
	mark, err := b.DB.Mark(ctx, store.Restored)
	if err == nil && mark == "" {
		mark, err = b.DB.Mark(ctx, store.BackupOf) // in place, and not yet at work
	}
	if err != nil || mark == "" {
		return time.Time{}, err
	}
	ms, err := strconv.ParseInt(mark, 10, 64)
	return store.Time(ms), err
}

// match goes over the accounts that this process holds, as long as there are
// any to be matched. It tries again what a network refuses for now.
func (b *Bot) match(ctx context.Context) {
	for again := sweep; ctx.Err() == nil; again = min(2*again, time.Minute) {
		done, err := b.matchAll(ctx)
		if done { // a mark may come again: the database may go back while we run
			again = sweep / 2
			sleep(ctx, 5*sweep)
			continue
		}
		wait := sweep // for other machines
		if err != nil && ctx.Err() == nil {
			wait = network.RetryAt(err, b.Clock(), again).Sub(b.Clock())
			b.Log.WithError(err).Warn("the posts since the backup can't be looked up yet; trying again")
		}
		sleep(ctx, wait)
	}
}

// matchAll matches what is held and tells whether nothing is left to do.
func (b *Bot) matchAll(ctx context.Context) (done bool, err error) {
	since, err := b.restoredFrom(ctx)
	if err != nil || since.IsZero() {
		return err == nil, err
	}
	left := 0
	var errs []error
	for name, a := range b.Set().Accounts {
		if mark, err := b.DB.Mark(ctx, store.Matched+name); err != nil || mark != "" {
			errs = append(errs, err)
			continue
		}
		x := b.account(name)
		if x == nil {
			left++ // another machine's
			continue
		}
		if err := b.matchAccount(ctx, a, x, since.Add(-before)); err != nil {
			left++
			if network.ReasonOf(err) == network.SignedOut {
				b.signedOut(ctx, name, err.Error())
			}
			b.raise(ctx, need.Restored, "account "+name, "the database was restored, and no account posts anything until it is known what was posted on "+name+" since: "+err.Error())
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	if left > 0 || errors.Join(errs...) != nil {
		return false, errors.Join(errs...)
	}
	err = b.allMatched(ctx, since)
	return err == nil, err
}

// allMatched decides what people wrote since, so that whoever said stop is
// heard, and then lets the posts go.
func (b *Bot) allMatched(ctx context.Context, since time.Time) error {
	fresh, err := inbox.Undecided(ctx, b.DB.Read)
	if err != nil {
		return err
	}
	for _, m := range fresh {
		if err := b.decideNow(ctx, m); err != nil {
			return err
		}
	}
	err = b.write(ctx, func(tx *sql.Tx) error {
		for name := range b.Set().Accounts {
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
		if err := pause.LiftIn(ctx, tx, pause.Everything, unmatched); err != nil {
			return err
		}
		for _, o := range b.Set().Offers {
			if o.Codes.Kind != "imported" {
				continue
			}
			if _, err := b.raiseIn(ctx, tx, need.Restored, o.Name, "the database is a copy from "+since.Format(stamp)+": codes of "+o.Name+" may have been given out since: check that, then run “magpie coupons release "+o.Name+"”"); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, b.Clock(), audit.Bot, "restored and matched", "database", "from "+since.Format(stamp))
	})
	if err == nil {
		b.Log.Info("the posts since the backup are known now: posts go out again")
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

// matchAgain halts everything once more if the files have brought posts of the
// time of which a restored database knows nothing: files that are older than it
// were in force when it was found out what went out then.
func (b *Bot) matchAgain(ctx context.Context, tx *sql.Tx, added []*outbox.Post, now time.Time) error {
	dark, err := b.dark(ctx)
	if err != nil || !slices.ContainsFunc(added, func(p *outbox.Post) bool { return dark.holds(p.SlotAt) }) {
		return err
	}
	_, err = pause.SetIn(ctx, tx, pause.Everything, unmatched, unknown, audit.Bot, now)
	return errors.Join(err, store.Unmatch(ctx, tx, strconv.FormatInt(dark.from, 10)), store.SetMark(ctx, tx, window, span{dark.from, store.Ms(now)}.String()))
}

// span is a time of which the database knows nothing, in milliseconds.
type span struct{ from, to int64 }

func (s span) String() string { return fmt.Sprintf("%d-%d", s.from, s.to) }

func (s span) holds(at time.Time) bool {
	ms := store.Ms(at)
	return s.to != 0 && ms >= s.from-before.Milliseconds() && ms <= s.to
}

// dark is the time of which the database knows nothing, because it was restored.
func (b *Bot) dark(ctx context.Context) (s span, err error) {
	mark, err := b.DB.Mark(ctx, window)
	if err != nil || mark == "" {
		return s, err
	}
	_, err = fmt.Sscanf(mark, "%d-%d", &s.from, &s.to)
	return s, err
}

// unseen tells whether something was said when the database did not see it.
func (b *Bot) unseen(ctx context.Context, at time.Time) (bool, error) {
	dark, err := b.dark(ctx)
	return dark.holds(at), err
}
