package bot

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"magpie/internal/audit"
	"magpie/internal/coupon"
	"magpie/internal/inbox"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/people"
	"magpie/internal/store"
	"magpie/internal/workspace"
)

// A database that was restored from a backup does not know what went out after
// the backup was made. Nothing is sent until each account's own posts since
// then have been read and matched with the outbox, and what people wrote since
// then has been read again. Codes of a pool that may have been given out
// meanwhile wait for a person.

const (
	restoring = "restored: not yet matched" // scope of the pause, see outbox
	matched   = "matched "                  // mark, with the account
	window    = "not known between"         // mark: milliseconds-milliseconds
	before    = 10 * time.Minute            // clocks differ
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
	b.Log.WithField("since", since).Warn("the database is a copy from then: nothing is sent until it is known what went out since")
	now := b.Clock()
	if _, err := outbox.Pause(ctx, b.DB, "all", "", restoring, audit.Bot, now); err != nil {
		return err
	}
	for _, o := range b.Set().Offers {
		if o.Codes.Kind != "imported" {
			continue
		}
		if _, err := outbox.Pause(ctx, b.DB, "codes", o.Name, "some may have gone out before the database was restored", audit.Bot, now); err != nil {
			return err
		}
	}
	return b.write(ctx, func(tx *sql.Tx) error {
		return store.SetNewMark(ctx, tx, window, fmt.Sprintf("%d-%d", store.Ms(since), store.Ms(now)))
	})
}

// codesHeld tells whether an offer's codes wait for a person.
func codesHeld(ctx context.Context, tx *sql.Tx, offer string) (held bool, err error) {
	err = tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pauses WHERE scope = 'codes' AND name = $1)`, offer).Scan(&held)
	return held, err
}

// ReleaseCodes lets an offer's codes be given out again, after a person has
// looked. held is false if they did not wait.
func (b *Bot) ReleaseCodes(ctx context.Context, offer, who string) (held bool, err error) {
	if held, err = outbox.Resume(ctx, b.DB, "codes", offer, who, b.Clock()); err == nil {
		b.clear(ctx, need.Restored, offer)
	}
	return held, err
}

// ErrUnmatched means that it is not known yet what went out before the database
// was restored.
var ErrUnmatched = errors.New("the database was restored from a backup, and it is not known yet what went out since: a running bot finds out by itself")

// beatFile is where this machine keeps how far the database has been.
func (b *Bot) beatFile() string { return strings.TrimSuffix(b.KeyFile(), ".key") + ".beat" }

// restoredFrom is from when the database was, zero if it was not restored.
func (b *Bot) restoredFrom(ctx context.Context) (time.Time, error) {
	mark, err := b.DB.Mark(ctx, store.Restored)
	if err != nil || mark == "" {
		return time.Time{}, err
	}
	ms, err := strconv.ParseInt(mark, 10, 64)
	return store.Time(ms), err
}

// match goes over the accounts that this process holds, as long as there are
// any to be matched. It tries again what a network refuses for now.
func (b *Bot) match(ctx context.Context) {
	for ctx.Err() == nil {
		done, err := b.matchAll(ctx)
		if err != nil && ctx.Err() == nil {
			b.Log.WithError(err).Warn("what went out before the database was restored can't be looked up yet; it is tried again")
		}
		if done {
			return
		}
		sleep(ctx, sweep)
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
		if mark, err := b.DB.Mark(ctx, matched+name); err != nil || mark != "" {
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
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	if left > 0 || errors.Join(errs...) != nil {
		return false, errors.Join(errs...)
	}
	return true, b.allMatched(ctx, since)
}

// allMatched lets the posts go.
func (b *Bot) allMatched(ctx context.Context, since time.Time) error {
	err := b.write(ctx, func(tx *sql.Tx) error {
		for name := range b.Set().Accounts {
			if err := store.SetMark(ctx, tx, matched+name, ""); err != nil {
				return err
			}
		}
		if err := store.SetMark(ctx, tx, store.Restored, ""); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM pauses WHERE scope = 'all' AND reason = $1`, restoring); err != nil {
			return err
		}
		for _, o := range b.Set().Offers {
			if o.Codes.Kind != "imported" {
				continue
			}
			if _, err := b.raiseIn(ctx, tx, need.Restored, o.Name, "the database is a copy from "+since.Format(stamp)+": codes of "+o.Name+" may have gone out since; look, then “magpie coupons release "+o.Name+"”"); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, b.Clock(), audit.Bot, "restored and matched", "database", "from "+since.Format(stamp))
	})
	if err == nil {
		b.Log.Info("what went out before the database was restored is known: posts go out again")
	}
	return err
}

// matchAccount reads the account's own posts since an instant and writes down
// which of ours they are; then what came in since, so that whoever said stop is
// heard before anything goes out.
func (b *Bot) matchAccount(ctx context.Context, a *workspace.Account, x *account, since time.Time) error {
	own, err := x.client.Posts(ctx, since)
	if err != nil {
		return err
	}
	found, err := b.matchOutbox(ctx, a, x, own, since)
	if err != nil {
		return err
	}
	if err := b.matchCodes(ctx, a, own); err != nil {
		return err
	}
	if err := b.Poll(ctx, a, x.client); err != nil {
		return err
	}
	fresh, err := inbox.Select(ctx, b.DB.Read, `state = 'new' AND account = $1`, a.Name)
	if err != nil {
		return err
	}
	for _, m := range fresh {
		if err := b.decide(ctx, m.ID); err != nil {
			return err
		}
	}
	b.Log.WithField("account", a.Name).WithField("posts", len(own)).WithField("matched", found).Info("the account's own posts are matched")
	return b.write(ctx, func(tx *sql.Tx) error { return store.SetMark(ctx, tx, matched+a.Name, "yes") })
}

// matchCodes takes codes that the network shows out of the pool.
func (b *Bot) matchCodes(ctx context.Context, a *workspace.Account, own []network.Posted) error {
	for _, p := range own {
		person, err := b.reader(ctx, a, p)
		if err != nil {
			return err
		}
		for _, code := range coupon.Like(p.Text) {
			err := b.write(ctx, func(tx *sql.Tx) error {
				if offer := b.onlyMade(); offer != "" && coupon.Made(code) {
					if err := coupon.Adopt(ctx, tx, offer, code, p.At); err != nil {
						return err
					}
				}
				known, err := coupon.Found(ctx, tx, code, person, a.Name, p.At)
				if err == nil && !known && coupon.Made(code) {
					_, err = b.raiseIn(ctx, tx, need.Restored, "code "+code, "the code "+code+" went out on "+a.Name+" to @"+strings.Join(p.To, ", @")+" at "+p.At.Format(stamp)+", and the restored database does not know it")
				}
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// onlyMade is the offer that a made code must be of, where there is but one.
func (b *Bot) onlyMade() (name string) {
	for _, o := range b.Set().Offers {
		if o.Codes.Kind != "made" {
			continue
		}
		if name != "" {
			return ""
		}
		name = o.Name
	}
	return name
}

// reader is the person that a direct post names; 0 if we know nobody.
func (b *Bot) reader(ctx context.Context, a *workspace.Account, p network.Posted) (int64, error) {
	if !p.Direct || len(p.To) == 0 {
		return 0, nil
	}
	return b.Book.Find(ctx, p.To[0])
}

// matchOutbox finds which waiting posts are out.
func (b *Bot) matchOutbox(ctx context.Context, a *workspace.Account, x *account, own []network.Posted, since time.Time) (found int, err error) {
	waiting, err := outbox.Select(ctx, b.DB.Read, `account = $1 AND state IN ('planned', 'held', 'late', 'sending', 'in doubt', 'asked') AND slot_at <= $2`, a.Name, store.Ms(b.Clock()))
	if err != nil {
		return 0, err
	}
	for _, p := range waiting {
		n, err := b.matchPost(ctx, a, x, p, own, since)
		if err != nil {
			return found, err
		}
		found += n
	}
	return found, nil
}

func (b *Bot) matchPost(ctx context.Context, a *workspace.Account, x *account, p *outbox.Post, own []network.Posted, since time.Time) (found int, err error) {
	if p.Kind != outbox.Segment {
		return b.matchOne(ctx, x, p, since)
	}
	for _, o := range own {
		person, err := b.reader(ctx, a, o)
		if err != nil || person == 0 {
			continue
		}
		to, err := b.Book.Get(ctx, person)
		if err != nil || to == nil {
			return found, err
		}
		child, err := b.childOf(ctx, p, a, to, o)
		if err != nil {
			return found, err
		}
		n, err := b.matchOne(ctx, x, child, since)
		if err != nil {
			return found, err
		}
		found += n
	}
	return found, nil
}

// childOf is the post of a mailing to a person, as it would have read with the
// code that the network shows.
func (b *Bot) childOf(ctx context.Context, parent *outbox.Post, a *workspace.Account, to *people.Person, o network.Posted) (*outbox.Post, error) {
	h := to.On(a.Network)
	set := b.Set()
	e := expansion{b: b, parent: parent, set: set, a: a, now: o.At}
	p := e.post(people.Recipient{Person: to.ID, To: network.Person{ID: h.RemoteID, Handle: h.Handle, Name: to.Name, Language: to.Language}})
	p.ID, p.State = outbox.ID(p.Key), outbox.Planned
	offer := b.offerOf(set, step(set, p), p)
	if offer == nil || !showsCode(set, offer, p) {
		return p, nil
	}
	for _, code := range coupon.Like(o.Text) {
		theirs, err := coupon.Of(ctx, b.DB, offer.Name, code)
		if err != nil {
			return nil, err
		}
		if theirs || offer.Codes.Kind == "made" && coupon.Made(code) {
			p.Code = code
			break
		}
	}
	return p, nil
}

// matchOne looks for one post on the network and writes down that it is out.
func (b *Bot) matchOne(ctx context.Context, x *account, p *outbox.Post, since time.Time) (int, error) {
	c, err := b.compose(ctx, p, b.Clock())
	var stop *outbox.Stop
	if errors.As(err, &stop) {
		return 0, nil // the publisher says the same
	}
	if err != nil {
		return 0, err
	}
	c.Draft.Key, c.Draft.At = p.Key, b.Clock()
	s, err := x.client.Prepare(ctx, c.Draft)
	if network.ReasonOf(err) == network.Refused && err != nil {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	receipt, found, err := x.client.Find(ctx, s, since, x.publisher.Taken(ctx, p))
	if err != nil || !found {
		return 0, err
	}
	return 1, b.write(ctx, func(tx *sql.Tx) error {
		if offer := b.offerOf(b.Set(), step(b.Set(), p), p); offer != nil && p.Code != "" {
			if err := coupon.Adopt(ctx, tx, offer.Name, p.Code, b.Clock()); err != nil {
				return err
			}
		}
		return outbox.Adopt(ctx, tx, p, s, receipt, audit.Bot, b.Clock())
	})
}

// unseen tells whether something was said when the database did not see it.
func (b *Bot) unseen(ctx context.Context, at time.Time) (bool, error) {
	mark, err := b.DB.Mark(ctx, window)
	if err != nil || mark == "" {
		return false, err
	}
	from, to, _ := strings.Cut(mark, "-")
	a, err1 := strconv.ParseInt(from, 10, 64)
	z, err2 := strconv.ParseInt(to, 10, 64)
	ms := store.Ms(at)
	return ms >= a-before.Milliseconds() && ms <= z, errors.Join(err1, err2)
}
