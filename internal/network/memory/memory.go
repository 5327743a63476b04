// Package memory is a network made of memory: for rehearsals, and for tests of those who use
// a network.Client.
package memory

import (
	"slices"
	"strconv"
	"sync"
	"time"

	"magpie/internal/network"
)

// Network is a network made of memory. It has as many accounts as are asked
// for, never loses anything, and keeps what was published for looking at. Its
// time is the clock's, so that days pass as fast as the clock says. All
// methods may be used at the same time.
type Network struct {
	clock    func() time.Time
	mu       sync.Mutex
	accounts map[string]*account
	items    int // how many items were ever said; names them
}

// New makes an empty network.
func New(clock func() time.Time) *Network {
	return &Network{clock: clock, accounts: map[string]*account{}}
}

// account is one account of a Network and what happened to it.
type account struct {
	kind      network.Kind
	replay    network.Replay
	posts     []Posted
	keys      map[string]int // key → the newest of posts that has it
	events    []network.Event
	changed   chan struct{} // closed when an event comes
	followers []network.Person
	faults    []Fault
	quota     network.Quota
}

// Posted is a post that is out.
type Posted struct {
	ID       string // as in network.Receipt
	Key      string // of the draft; empty if it was not us
	Text     string // as people read it, recipient's name included
	Language string
	To       string // handle of the person it is for, if any
	Direct   bool
	Unlisted bool
	ReplyTo  network.Ref
	Images   []network.Image
	At       time.Time
	Deleted  bool
}

// Fault is what happens to one Publish.
type Fault struct {
	Failure *network.Failure
	Stored  bool // the post is out all the same
}

// of returns an account, a new one if need be. n.mu is held.
func (n *Network) of(name string) *account {
	a := n.accounts[name]
	if a == nil {
		a = &account{replay: network.Exact, keys: map[string]int{}, changed: make(chan struct{})}
		n.accounts[name] = a
	}
	return a
}

// Use makes an account behave as one of a kind: its recipients are addressed
// and its texts measured by the kind's rules. replay tells what repeating a
// Publish does: Exact adds nothing, Keyed adds nothing for kind.KeyLife, Blind
// adds a post. Without Use it is Exact, and texts are free.
func (n *Network) Use(name string, kind network.Kind, replay network.Replay) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a := n.of(name)
	a.kind, a.replay = kind, replay
}

// Fail makes the next Publish of an account meet f. Several wait in line.
func (n *Network) Fail(name string, f Fault) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a := n.of(name)
	a.faults = append(a.faults, f)
}

// SetQuota makes an account's Quota say q.
func (n *Network) SetQuota(name string, q network.Quota) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.of(name).quota = q
}

// Posts returns what an account has published, the oldest first, without what
// was deleted.
func (n *Network) Posts(name string) []Posted {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(n.of(name).posts), func(p Posted) bool { return p.Deleted })
}

// Mention makes a person write a public post that names an account, and others
// where also says so. It returns the mention as the first one sees it.
func (n *Network) Mention(name string, from network.Person, text string, also ...string) network.Mention {
	return n.say(network.Mention{Author: from, Text: text, Names: append([]string{name}, also...)})
}

// Message makes a person write to an account in private.
func (n *Network) Message(name string, from network.Person, text string) network.Mention {
	return n.say(network.Mention{Author: from, Text: text, Names: []string{name}, Direct: true})
}

// Reply makes a person answer a post of an account; post is its Posted.ID.
func (n *Network) Reply(name, post string, from network.Person, text string) network.Mention {
	return n.say(network.Mention{Author: from, Text: text, Names: []string{name}, ReplyTo: post})
}

func (n *Network) say(m network.Mention) network.Mention {
	n.mu.Lock()
	defer n.mu.Unlock()
	m.Author = complete(m.Author)
	m.At = n.clock()
	m.Item = "memory:item/" + n.next()
	m.Ref = network.Ref(m.Item)
	for _, name := range m.Names {
		mine := m
		mine.Names = slices.Clone(m.Names)
		n.happen(name, network.Event{Mention: &mine})
	}
	return m
}

// Follow makes a person follow an account. Following again is no event.
func (n *Network) Follow(name string, p network.Person) {
	n.mu.Lock()
	defer n.mu.Unlock()
	p, a := complete(p), n.of(name)
	if slices.ContainsFunc(a.followers, func(f network.Person) bool { return f.ID == p.ID }) {
		return
	}
	a.followers = append(a.followers, p)
	n.happen(name, network.Event{Follow: &p})
}

// AnswerByHand makes somebody at the brand answer a mention without us.
func (n *Network) AnswerByHand(name string, m network.Ref, text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a := n.of(name)
	a.posts = append(a.posts, Posted{ID: "memory:post/" + n.next(), Text: text, ReplyTo: m, At: n.clock()})
}

func (n *Network) happen(name string, e network.Event) {
	a := n.of(name)
	a.events = append(a.events, e)
	close(a.changed)
	a.changed = make(chan struct{})
}

func (n *Network) next() string {
	n.items++
	return strconv.Itoa(n.items)
}

// complete gives a person without an id one: the handle.
func complete(p network.Person) network.Person {
	if p.ID == "" {
		p.ID = p.Handle
	}
	return p
}

// fits fails if a text is too long for the account's kind.
func (a *account) fits(text string, direct bool) error {
	if a.kind.Measure == nil {
		return nil
	}
	if size := a.kind.Measure(text, direct, a.kind.Limits); !size.Fits() {
		return network.Fail(network.Refused, "the text has %d %s, %d fit", size.Count, size.Unit, size.Limit)
	}
	return nil
}

// address is the text as people read it.
func (a *account) address(text string, to *network.Person) string {
	if to == nil || a.kind.Address == nil {
		return text
	}
	return a.kind.Address(text, to.Handle)
}

func gone(id string) error { return network.Fail(network.Refused, "there is no %s", id) }

func cancelled(err error) error { return network.Fail(network.Busy, "not asked: %w", err) }
