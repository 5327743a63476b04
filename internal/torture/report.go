package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"magpie/internal/torture/place"
)

// say tells whoever watches.
func say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, time.Now().Format("15:04:05 ")+format+"\n", args...)
}

// progress says every few seconds how far it has come.
func (r *run) progress(ctx context.Context) {
	for place.Pause(ctx, 5*time.Second) {
		r.mu.Lock()
		say("%d kills in %d worlds, %.0f a minute; of those that have ended: %s", r.coverage.deaths(), r.next, r.rate(), r.tally.String())
		r.mu.Unlock()
	}
}

func (r *run) rate() float64 {
	return float64(r.coverage.deaths()) / time.Since(r.began).Minutes()
}

// summary says which points were reached how often.
func (r *run) summary() {
	r.mu.Lock()
	defer r.mu.Unlock()
	say("%d worlds, %.0f kills a minute; how often each point was reached:\n%s", r.next, r.rate(), r.coverage.table(r.networks))
	if n := r.tally.count(broken); n > 0 {
		say("broken=%d: the program ended by itself, or did not do what a command has to do", n)
	}
}

// report writes down all there is about a world in which something is bad, and
// says where.
func (w *world) report(seed uint64) {
	var b strings.Builder
	fmt.Fprintf(&b, "world %d of seed %d, a server of the kind %s\n\nfound:\n", w.number, seed, w.variant)
	for _, f := range w.tally.finds {
		fmt.Fprintf(&b, "%s: %s\n", f.column, f.text)
	}
	fmt.Fprintf(&b, "\nlives:\n%s\n\nnetwork:\n", strings.Join(w.lives, "\n"))
	net, nerr := w.place.Posts()
	for _, x := range net {
		fmt.Fprintf(&b, "%s on %s to %v, answering %q, private %v: %q\n", x.ID, x.Account, x.To, x.ReplyTo, x.Private, x.Text)
	}
	l, lerr := w.database.ledger()
	fmt.Fprintf(&b, "%v %v\nledger:\n%s", nerr, lerr, l)
	path := filepath.Join(w.folder, "report")
	werr := os.WriteFile(path, []byte(b.String()), 0o600)
	say("BAD: world %d of seed %d (%s): see %s %v", w.number, seed, w.variant, path, werr)
	for i, f := range w.tally.finds {
		if i < 5 {
			say("     %s: %s", f.column, f.text)
		}
	}
}
