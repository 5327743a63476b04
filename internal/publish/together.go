package publish

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"sync"

	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/store"
)

// Posts that are frozen, and posts that are noted as out, at the same time are written together: in one transaction, in
// which one statement does for all of them what it would do for each.

// writing is what a post waits to have written: its bytes, or its receipt.
type writing struct {
	outbox.Ready
	sealed  *network.Sealed  // to be frozen
	receipt *network.Receipt // to be noted
	gone    bool             // somebody else has moved the post on
	ended   outbox.Post      // as it is after a verdict
	ctx     context.Context  //nolint:containedctx // of who waits: what is not frozen when it ends stays planned
	done    chan error
}

// together collects what posts wait to have written.
type together struct {
	mu      sync.Mutex
	waiting []*writing
	busy    int // how many write
}

// mostTogether is how many posts share statements, so that none waits long for the others.
const mostTogether = 128

// written returns when it is. Whoever comes while nobody writes begins to; the others are taken along.
func (p *Publisher) written(w *writing) error {
	w.done = make(chan error, 1)
	p.together.mu.Lock()
	p.together.waiting = append(p.together.waiting, w)
	begin := p.together.busy < p.writers()
	if begin {
		p.together.busy++
	}
	p.together.mu.Unlock()
	if begin {
		go p.writeAll()
	}
	return <-w.done
}

// writers is how many transactions of an account are under way at the same time: the databases differ in what they can do.
func (p *Publisher) writers() int {
	if p.DB.Postgres() {
		return 2
	}
	return 1
}

// writeAll writes until nothing waits.
func (p *Publisher) writeAll() {
	for {
		p.together.mu.Lock()
		n := min(len(p.together.waiting), mostTogether)
		set := p.together.waiting[:n:n]
		p.together.waiting = p.together.waiting[n:]
		if n == 0 {
			p.together.waiting = nil
			p.together.busy--
		}
		p.together.mu.Unlock()
		if n == 0 {
			return
		}
		p.writeSet(set)
	}
}

// writeSet writes a set in one transaction, or each in one of its own if that fails: what is wrong with one is not to hold up the
// others. Where nobody knows whether the commit was done, that is what all are told.
func (p *Publisher) writeSet(set []*writing) {
	// In one order everywhere, so that two sets do not wait for each other's rows.
	slices.SortFunc(set, func(a, b *writing) int { return strings.Compare(a.Post.ID, b.Post.ID) })
	err := p.commit(set)
	if err != nil && len(set) > 1 && !errors.Is(err, store.ErrAway) {
		var alone sync.WaitGroup
		for _, w := range set {
			alone.Go(func() { w.done <- p.commit([]*writing{w}) })
		}
		alone.Wait()
		return
	}
	for _, w := range set {
		w.done <- err
	}
}

// commit may run its function twice, as the database shares commits, too.
func (p *Publisher) commit(set []*writing) error {
	ctx := context.Background()
	return p.DB.Beside(ctx, func(tx *sql.Tx) error {
		now := p.Clock()
		var frozen, out []*writing
		for _, w := range set {
			if w.sealed != nil {
				frozen = append(frozen, w)
			} else {
				out = append(out, w)
			}
		}
		if err := p.freezeAll(ctx, tx, frozen, now); err != nil {
			return err
		}
		return p.noteAll(ctx, tx, out, now)
	})
}
