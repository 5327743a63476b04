package bot

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"

	"magpie/internal/audit"
	"magpie/internal/coupon"
	"magpie/internal/crash"
	"magpie/internal/need"
	"magpie/internal/outbox"
	"magpie/internal/people"
	"magpie/internal/queue"
	"magpie/internal/segment"
	"magpie/internal/workspace"
)

// chunk is how many persons of a segment one transaction takes.
const chunk = 200

// expand makes the direct posts of an occurrence, one for each person of its
// segment, chunk by chunk. Where it stopped is stored, so it may be killed at
// any time.
func (b *Bot) expand(ctx context.Context, id string) error {
	for {
		done, err := b.expandChunk(ctx, id)
		if errors.Is(err, errStale) {
			return queue.Later(sweep)
		}
		if err != nil || done {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// expandable are the segment posts whose time has come.
func (b *Bot) expandable(ctx context.Context, now time.Time) ([]*outbox.Post, error) {
	return outbox.DueMailings(ctx, b.DB.Read, now)
}

func (b *Bot) expandChunk(ctx context.Context, id string) (done bool, err error) {
	now := b.Clock()
	parent, err := outbox.Mailing(ctx, b.DB.Read, id)
	if err != nil || parent == nil {
		return true, err
	}
	if why := outbox.Lateness(parent, now); why != "" && parent.Cursor == 0 {
		return true, b.end(ctx, parent, outbox.Late, why, now)
	}
	set := b.Set()
	a := set.Accounts[parent.Account]
	if a == nil {
		return true, b.end(ctx, parent, outbox.Withdrawn, "the account is no longer in the files", now)
	}
	c, err := b.Preview(ctx, parent, now)
	var stop *outbox.Stop
	if errors.As(err, &stop) {
		return true, b.end(ctx, parent, stop.State, stop.Reason, now)
	}
	if err != nil {
		return true, err
	}
	if parent.Approval && parent.ApprovedHash != c.Hash {
		return true, b.write(ctx, func(tx *sql.Tx) error { return outbox.Void(ctx, tx, parent, outbox.TextChanged, now) })
	}
	e := expansion{b: b, parent: parent, set: set, a: a, now: now, offer: b.offerOf(set, step(set, parent), parent), seg: set.Segments[parent.Segment]}
	if e.seg == nil {
		return true, b.end(ctx, parent, outbox.Withdrawn, "the segment "+parent.Segment+" is no longer in the files", now)
	}
	// Read outside the transaction: it may take long, and nobody else could write.
	all, err := people.Recipients(ctx, b.DB.Read, e.seg, parent.Account, a.Network, parent.Cursor, chunk, now)
	if err != nil {
		return false, err
	}
	err = b.DB.Write(ctx, func(tx *sql.Tx) (err error) {
		done, err = e.chunk(ctx, tx, all)
		return err
	})
	crash.At("expanded")
	if errors.Is(err, errMoved) {
		return false, nil // looked at again, as it is now
	}
	if errors.Is(err, coupon.ErrHeld) {
		return true, b.write(ctx, func(tx *sql.Tx) error {
			return outbox.PutOff(ctx, tx, parent.ID, now.Add(stuckAfter), outbox.Why{Text: coupon.ErrHeld.Error(), Cause: outbox.CodesHeld})
		})
	}
	return done, err
}

// errMoved undoes a chunk: the mailing was withdrawn, held or taken on
// meanwhile.
var errMoved = errors.New("the mailing was changed meanwhile")

func (b *Bot) end(ctx context.Context, p *outbox.Post, to outbox.State, reason string, now time.Time) error {
	return b.write(ctx, func(tx *sql.Tx) error {
		if err := b.inStep(ctx, tx); err != nil {
			return err
		}
		_, err := outbox.Move(ctx, tx, p, to, outbox.Because(reason), audit.Bot, now, outbox.Planned)
		return err
	})
}

// expansion is one chunk of one occurrence.
type expansion struct {
	b      *Bot
	parent *outbox.Post
	set    *workspace.Set
	a      *workspace.Account
	offer  *workspace.Offer
	seg    *segment.Segment
	now    time.Time
}

func (e *expansion) chunk(ctx context.Context, tx *sql.Tx, all []people.Recipient) (done bool, err error) {
	cursor := e.parent.Cursor
	for _, r := range all {
		cursor = r.Person
		if r.Missing != "" {
			continue
		}
		if err := e.one(ctx, tx, r); err != nil {
			return false, err
		}
	}
	crash.At("expanding")
	done = len(all) < chunk
	ok, err := outbox.Spread(ctx, tx, e.parent, cursor, done)
	if err == nil && !ok {
		return false, errMoved
	}
	return done, err
}

// one writes down the post for a person, with a code reserved if the text
// shows one. Without a code left, the person is left out and that is said.
func (e *expansion) one(ctx context.Context, tx *sql.Tx, r people.Recipient) error {
	p := e.post(r)
	p.ID = outbox.ID(p.Key)
	there, err := outbox.ByID(ctx, tx, p.ID)
	if err != nil || there != nil {
		return err // out before the database was restored
	}
	code, err := e.b.reserve(ctx, tx, e.set, e.offer, p, e.now)
	if errors.Is(err, coupon.ErrNone) || errors.Is(err, coupon.ErrUsed) || errors.Is(err, coupon.ErrExpired) {
		return e.leftOut(ctx, tx, p, err)
	}
	if err != nil {
		return err
	}
	p.Code = code
	_, err = outbox.Add(ctx, tx, p, e.now)
	return err
}

// post is that for a person, without a code.
func (e *expansion) post(r people.Recipient) *outbox.Post {
	return &outbox.Post{
		Key: e.parent.Key + "/" + strconv.FormatInt(r.Person, 10), Kind: outbox.Direct, Account: e.parent.Account, Campaign: e.parent.Campaign,
		Step: e.parent.Step, Occurrence: e.parent.Occurrence, Segment: e.parent.Segment, Parent: e.parent.ID, Person: r.Person,
		Recipient: people.Encode(r.To), Template: e.parent.Template, Text: e.parent.Text, Language: r.To.Language,
		SlotAt: e.parent.SlotAt, NextAt: e.now, FinishBy: finishBy(e.parent), Author: e.parent.Author,
		Approval: e.parent.Approval, ApprovedHash: e.parent.ApprovedHash, ApprovedBy: e.parent.ApprovedBy,
	}
}

// leftOut keeps a row for a person who gets nothing, with the reason.
func (e *expansion) leftOut(ctx context.Context, tx *sql.Tx, p *outbox.Post, why error) error {
	added, err := outbox.Add(ctx, tx, p, e.now)
	if err != nil || !added {
		return err
	}
	if errors.Is(why, coupon.ErrNone) {
		if _, err := e.b.raiseIn(ctx, tx, need.NoCodes, e.offer.Name, "the offer has no codes left: add some with “magpie coupons import” or “make”"); err != nil {
			return err
		}
	}
	_, err = outbox.Move(ctx, tx, p, outbox.Withdrawn, outbox.Because(why.Error()), audit.Bot, e.now, outbox.Planned)
	return err
}

// finishBy bounds posts to people: by what the step says, else a day.
func finishBy(parent *outbox.Post) time.Time {
	if !parent.FinishBy.IsZero() {
		return parent.FinishBy
	}
	return parent.SlotAt.Add(24 * time.Hour)
}

// reserve takes a code for the post's person if its text shows one; "" if not.
func (b *Bot) reserve(ctx context.Context, tx *sql.Tx, set *workspace.Set, o *workspace.Offer, p *outbox.Post, now time.Time) (string, error) {
	if o == nil || o.Codes.Kind == "shared" || !showsCode(set, o, p) {
		return "", nil
	}
	if held, err := codesHeld(ctx, tx, o.Name); err != nil || held {
		return "", errors.Join(err, coupon.ErrHeld)
	}
	former, err := people.Former(ctx, tx, p.Person)
	if err != nil {
		return "", err
	}
	return coupon.Reserve(ctx, tx, Coupon(o), coupon.For{Person: p.Person, Former: former, Post: p.ID, Account: p.Account, Campaign: p.Campaign, Step: p.Step, Segment: p.Segment}, now)
}

// Coupon is an offer as the coupon package knows it.
func Coupon(o *workspace.Offer) coupon.Offer {
	return coupon.Offer{Name: o.Name, Made: o.Codes.Kind == "made", PerPerson: o.PerPerson, Limit: o.Limit}
}

func showsCode(set *workspace.Set, o *workspace.Offer, p *outbox.Post) bool {
	if p.Text != "" {
		return workspace.HoldsCode(p.Text, o)
	}
	t := set.Templates[p.Template]
	return t != nil && t.Shows(o)
}

// left says how many codes an offer still has, and whether that is bounded.
func (b *Bot) left(ctx context.Context, o *workspace.Offer) (n int, bounded bool, err error) {
	l, err := coupon.Count(ctx, b.DB, o.Name)
	if o.Codes.Kind == "made" {
		return o.Limit - l.Reserved - l.Delivered - l.Redeemed, o.Limit > 0, err
	}
	return l.Free, o.Codes.Kind == "imported", err
}
