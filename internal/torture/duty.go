package main

import (
	"slices"
	"strings"
	"time"

	"magpie/internal/torture/place"
)

// duty is a post that has to be out in the end, exactly once.
type duty struct {
	kind    kind
	account string // whose post it is; "" where any may answer
	mark    string // words that only this post has; of a public post those that no server makes something else of
	who     string // the person it is for
	offer   string // whose code it shows

	campaign, step string // of a post that the files order

	said string // id of what it answers
	item string // address of what it answers, as the inbox has it

	maybe bool // the person has said stop meanwhile: it may be out or not
	at    time.Time
}

// kind is what a duty comes from.
type kind string

const (
	public   kind = "public"   // to everybody, ordered by a file
	letter   kind = "letter"   // to a person of a segment
	claim    kind = "claim"    // answers whoever asks for a code
	question kind = "question" // answers a question in public
	join     kind = "join"     // welcomes whoever lets us write
	stop     kind = "stop"     // confirms that we write no more
	chatter  kind = "chatter"  // goes to the desk: nobody may answer it
)

// answers tells whether it is an answer to something said.
func (d *duty) answers() bool { return d.item != "" }

// fits tells whether a post is the one that the duty asks for.
func (d *duty) fits(x place.Shown) bool {
	if d.kind == chatter || d.account != "" && d.account != x.Account || d.who != "" && d.private() && !slices.Contains(x.To, d.who) {
		return false
	}
	if d.kind == public {
		return strings.Contains(x.Text, d.mark) && !x.Private && x.ReplyTo == ""
	}
	return strings.Contains(x.Text, d.mark) && (x.ReplyTo == d.said || x.Chat)
}

// private tells whether only the person may read it.
func (d *duty) private() bool { return d.kind == letter || d.kind == claim || d.kind == join }

// assign finds for each duty the posts that fulfil it, and the posts that
// nobody ordered. Of posts that fit several duties each gets one first; a chat
// message does not say what it answers, so there the outbox is asked whose it
// is.
func assign(want []*duty, net []place.Shown, l ledger) (copies map[*duty][]place.Shown, extra []place.Shown) {
	copies = map[*duty][]place.Shown{}
	for _, x := range net {
		fit := slices.DeleteFunc(slices.Clone(want), func(d *duty) bool { return !d.fits(x) })
		if len(fit) == 0 {
			extra = append(extra, x)
			continue
		}
		best := fit[0]
		for _, d := range fit[1:] {
			if n, m := len(copies[d]), len(copies[best]); n < m || n == m && l.owns(d, x) {
				best = d
			}
		}
		copies[best] = append(copies[best], x)
	}
	return copies, extra
}
