package agenda

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"time"

	"magpie/internal/audit"
	"magpie/internal/compose"
	"magpie/internal/coupon"
	"magpie/internal/crash"
	"magpie/internal/need"
	"magpie/internal/outbox"
	"magpie/internal/people"
	"magpie/internal/queue"
	"magpie/internal/segment"
	"magpie/internal/site"
	"magpie/internal/store"
	"magpie/internal/workspace"
)

// chunk is how many persons of a segment one transaction takes: a fraction of a second's work, in which nobody else can write.
const chunk = 2000

// Expand makes the direct posts of an occurrence, one for each person of its
// segment, chunk by chunk. Where it stopped is stored, so it may be killed at
// any time.
func (g *Agenda) Expand(ctx context.Context, id string) error {
	for {
		done, err := g.ExpandChunk(ctx, id)
		if errors.Is(err, site.ErrStale) {
			return queue.Later(site.Sweep)
		}
		if err != nil || done {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// Expandable are the segment posts whose time has come.
func (g *Agenda) Expandable(ctx context.Context, now time.Time) ([]*outbox.Post, error) {
	return outbox.DueMailings(ctx, g.DB.Read, now)
}

// ExpandChunk makes the next of a mailing's posts, and tells whether all are made.
func (g *Agenda) ExpandChunk(ctx context.Context, id string) (done bool, err error) {
	now := g.Clock()
	parent, err := outbox.Mailing(ctx, g.DB.Read, id)
	if err != nil || parent == nil {
		return true, err
	}
	if why := outbox.Lateness(parent, now); why != "" && parent.Cursor == 0 {
		return true, g.end(ctx, parent, outbox.Late, why, now)
	}
	set := g.Set()
	a := set.Accounts[parent.Account]
	if a == nil {
		return true, g.end(ctx, parent, outbox.Withdrawn, "the account is no longer in the files", now)
	}
	c, err := g.Composer.Preview(ctx, parent, now)
	var stop *outbox.Stop
	if errors.As(err, &stop) {
		return true, g.end(ctx, parent, stop.State, stop.Reason, now)
	}
	if err != nil {
		return true, err
	}
	if parent.Approval && parent.ApprovedHash != c.Hash {
		return true, g.Write(ctx, func(tx *sql.Tx) error { return outbox.Void(ctx, tx, parent, outbox.TextChanged, now) })
	}
	e := expansion{b: g, parent: parent, set: set, a: a, now: now, offer: g.Composer.OfferOf(set, compose.Step(set, parent), parent),
		seg: set.Segments[parent.Segment]}
	if e.seg == nil {
		return true, g.end(ctx, parent, outbox.Withdrawn, "the segment "+parent.Segment+" is no longer in the files", now)
	}
	// Read outside the transaction: it may take long, and nobody else could write.
	speaker := people.Speaker{Account: parent.Account, Network: a.Network}
	var all []people.Recipient
	err = g.DB.ReadSets(ctx, func(q store.Querier) (err error) {
		all, err = people.Recipients(ctx, q, e.seg, speaker, parent.Cursor, cmp.Or(g.Chunk, chunk), now)
		return err
	})
	if err != nil {
		return false, err
	}
	err = g.DB.Write(ctx, func(tx *sql.Tx) (err error) {
		if err := g.DB.ForSets(ctx, tx); err != nil {
			return err
		}
		done, err = e.chunk(ctx, tx, all)
		return err
	})
	crash.At("expanded")
	if errors.Is(err, errMoved) {
		return false, nil // looked at again, as it is now
	}
	if errors.Is(err, coupon.ErrHeld) {
		return true, g.Write(ctx, func(tx *sql.Tx) error {
			return outbox.PutOff(ctx, tx, parent.ID, now.Add(site.StuckAfter), outbox.Why{Text: coupon.ErrHeld.Error(),
				Cause: outbox.CodesHeld})
		})
	}
	return done, err
}

// errMoved undoes a chunk: the mailing was withdrawn, held or taken on
// meanwhile.
var errMoved = errors.New("the mailing was changed meanwhile")

func (g *Agenda) end(ctx context.Context, p *outbox.Post, to outbox.State, reason string, now time.Time) error {
	return g.Write(ctx, func(tx *sql.Tx) error {
		if err := g.InStep(ctx, tx); err != nil {
			return err
		}
		_, err := outbox.Move(ctx, tx, p, to, outbox.Because(reason), outbox.By{Who: audit.Bot, At: now}, outbox.Planned)
		return err
	})
}

// expansion is one chunk of one occurrence.
type expansion struct {
	b      *Agenda
	parent *outbox.Post
	set    *workspace.Set
	a      *workspace.Account
	offer  *workspace.Offer
	seg    *segment.Segment
	now    time.Time
}

// chunk writes down the posts for some persons, each with a code reserved if the text shows one. Without a code left, the
// person is left out and that is said.
func (e *expansion) chunk(ctx context.Context, tx *sql.Tx, all []people.Recipient) (done bool, err error) {
	if err := e.permit(ctx, tx, all); err != nil {
		return false, err
	}
	cursor := e.parent.Cursor
	var posts []*outbox.Post
	leftOut := map[string]int{}
	for _, r := range all {
		switch {
		case r.Missing == "":
			posts = append(posts, LetterTo(e.parent, r, e.now))
		case r.Person != cursor: // who has several handles comes several times
			leftOut[r.Missing]++
		}
		cursor = r.Person
	}
	if err := outbox.LeaveOut(ctx, tx, e.parent.ID, leftOut); err != nil {
		return false, err
	}
	fresh, back, err := outbox.Unmade(ctx, tx, posts) // others were out before the database was restored, or the mailing came back
	if err != nil {
		return false, err
	}
	if err := e.codes(ctx, tx, slices.Concat(back, fresh)); err != nil {
		return false, err
	}
	if err := outbox.ReturnLetters(ctx, tx, e.parent, back, e.now); err != nil {
		return false, err
	}
	if err := outbox.AddLetters(ctx, tx, e.parent, fresh, e.now); err != nil {
		return false, err
	}
	crash.At("expanding")
	done = len(all) < cmp.Or(e.b.Chunk, chunk)
	ok, err := outbox.Spread(ctx, tx, e.parent, cursor, done)
	if err == nil && !ok {
		return false, errMoved
	}
	return done, err
}

// permit says who of those that may be written to is not, all the same: the campaign's hold-out group first, and then whoever has had as
// many messages as one person gets.
func (e *expansion) permit(ctx context.Context, tx *sql.Tx, all []people.Recipient) error {
	var percent int
	if c := e.set.Campaigns[e.parent.Campaign]; c != nil {
		percent = int(c.Holdout)
	}
	held, err := outbox.Draw(ctx, tx, e.parent.Campaign, percent, open(all), e.now)
	if err != nil {
		return err
	}
	leave(all, func(p int64) bool { return held[p] }, outbox.HeldOut)
	most := e.set.Settings.Attention
	if most == nil {
		return nil
	}
	had, err := outbox.Attention(ctx, tx, open(all), e.now.Add(-most.Per), e.parent.ID)
	leave(all, func(p int64) bool { return had[p] >= most.Count }, outbox.HadAttention)
	return err
}

// open are those against whom nothing speaks.
func open(all []people.Recipient) (persons []int64) {
	for _, r := range all {
		if r.Missing == "" {
			persons = append(persons, r.Person)
		}
	}
	return persons
}

// leave leaves some of them out.
func leave(all []people.Recipient, who func(int64) bool, why string) {
	for i := range all {
		if all[i].Missing == "" && who(all[i].Person) {
			all[i].Missing = why
		}
	}
}

// codes reserves a code for each post, or says in its reason why there is none.
func (e *expansion) codes(ctx context.Context, tx *sql.Tx, posts []*outbox.Post) error {
	given, err := e.b.Composer.ReserveAll(ctx, tx, e.set, e.offer, posts, e.now)
	if err != nil {
		return err
	}
	ranOut := false
	for i, g := range given {
		posts[i].Code = g.Code
		if g.Err != nil {
			posts[i].Reason = g.Err.Error()
		}
		ranOut = ranOut || errors.Is(g.Err, coupon.ErrNone)
	}
	if !ranOut {
		return nil
	}
	_, err = e.b.RaiseIn(ctx, tx, need.NoCodes, e.offer.Name, compose.NoCodesLeft(e.offer))
	return err
}

// LetterTo is the post of a mailing to one person, without a code.
func LetterTo(mailing *outbox.Post, r people.Recipient, now time.Time) *outbox.Post {
	key := mailing.Key + "/" + strconv.FormatInt(r.Person, 10)
	return &outbox.Post{
		ID: outbox.LetterID(mailing.ID, r.Person), Key: key, Kind: outbox.Direct, Account: mailing.Account, Campaign: mailing.Campaign,
		Step: mailing.Step, Occurrence: mailing.Occurrence, Segment: mailing.Segment, Parent: mailing.ID, Person: r.Person,
		Recipient: people.Encode(r.To), Template: mailing.Template, Text: mailing.Text, Language: r.To.Language,
		SlotAt: mailing.SlotAt, NextAt: now, FinishBy: compose.FinishBy(mailing), Author: mailing.Author,
		Approval: mailing.Approval, ApprovedHash: mailing.ApprovedHash, ApprovedBy: mailing.ApprovedBy,
	}
}
