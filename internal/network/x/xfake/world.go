package xfake

import (
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/networktest"
)

// World is what surrounds an account, for networktest.Run. Set its fields
// before it is used.
type World struct {
	Item    func(id string) string // network.Mention.Item of a post; nil: its id
	Receipt func(id string) string // network.Receipt.ID of a post; nil: its id

	s       *Server
	account string
	mu      sync.Mutex
	ids     map[string]string // item or receipt → id
}

// World is the world of an account.
func (s *Server) World(account string) *World {
	return &World{s: s, account: account, ids: map[string]string{}}
}

// named is how clients call a post; the world remembers which it is.
func (w *World) named(how func(string) string, id string) string {
	if how == nil || id == "" {
		return id
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ids[how(id)] = id
	return how(id)
}

// Posts implements networktest.World; messages are no posts.
func (w *World) Posts(*testing.T) (all []networktest.Seen) {
	for _, p := range w.s.Posts(w.account) {
		if p.Deleted {
			continue
		}
		x := networktest.Seen{ID: w.named(w.Receipt, p.ID), Text: p.Text, Language: language(p.Text), ReplyTo: w.named(w.Item, p.ReplyTo)}
		for _, m := range p.Media {
			x.Images = append(x.Images, network.Image{Alt: m.Alt, Data: m.Data})
		}
		all = append(all, x)
	}
	return all
}

// Public implements networktest.World.
func (w *World) Public(t *testing.T) (all []string) {
	for _, p := range w.Posts(t) {
		all = append(all, p.Text)
	}
	return all
}

// Person implements networktest.World; the person wrote to the account before.
func (w *World) Person(*testing.T) networktest.Person {
	p := w.s.Person()
	p.Wrote(w.account)
	return &worldPerson{p, w}
}

// Crowd implements networktest.World.
func (w *World) Crowd(_ *testing.T, n int) (all []network.Person) {
	for range n {
		p := &worldPerson{w.s.Person(), w}
		p.p.Follow(w.account)
		all = append(all, p.Self())
	}
	return all
}

// DropStreams implements networktest.World.
func (w *World) DropStreams(*testing.T) {
	w.s.RepeatEvents(true)
	w.s.DropStreams()
}

type worldPerson struct {
	p *Person
	w *World
}

func (p *worldPerson) Self() network.Person {
	return network.Person{ID: p.p.ID(), Handle: p.p.Name(), Name: p.p.Name()}
}

func (p *worldPerson) Mention(_ *testing.T, text string) string {
	return p.w.named(p.w.Item, p.p.Say("@"+p.w.account+" "+text))
}

func (p *worldPerson) Answer(_ *testing.T, id, text string) string {
	p.w.mu.Lock()
	known, ok := p.w.ids[id]
	p.w.mu.Unlock()
	if ok {
		id = known
	}
	return p.w.named(p.w.Item, p.p.Reply(id, text))
}

func (p *worldPerson) Message(_ *testing.T, text string) { p.p.Message(p.w.account, text) }
func (p *worldPerson) Follow(*testing.T)                 { p.p.Follow(p.w.account) }
func (p *worldPerson) Inbox(*testing.T) (texts []string) { return p.p.Inbox(p.w.account) }

// Wire is how X's calls look.
func (w *World) Wire() networktest.Wire {
	id := w.s.ID(w.account)
	return networktest.Wire{
		Publish: "POST /2/tweets",
		Direct:  "POST /2/dm_conversations/with/*",
		Upload:  "POST /2/media/upload*", // in one piece, or the first call of several
		Find:    networktest.Call("GET /2/users/" + id + "/tweets"),
		Delete:  "DELETE /2/tweets/*",
		Events:  networktest.Call("GET /2/users/" + id + "/mentions"),
		Refusal: refusal,
		Later:   func(until time.Time) http.Header { return quota(100, 0, until) },
		Quota:   quota,
	}
}

func refusal(status int, why string) string {
	text, _ := json.Marshal(plain(status, why).body) // strings and a number can't fail
	return string(text)
}

func quota(limit, remaining int, reset time.Time) http.Header {
	return http.Header{"X-Rate-Limit-Limit": {strconv.Itoa(limit)}, "X-Rate-Limit-Remaining": {strconv.Itoa(remaining)},
		"X-Rate-Limit-Reset": {strconv.FormatInt(reset.Unix(), 10)}}
}
