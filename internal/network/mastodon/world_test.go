package mastodon

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/networktest"
	"magpie/internal/sandbox"
)

// variants are how the servers differ from each other (docs/reliability.md).
var variants = map[string]sandbox.Variant{
	"documented": {},
	"ignores keys": {
		Idempotency: sandbox.KeysIgnored, Streaming: sandbox.StreamSocket, BadToken: 422, EmptyText: 400, UnknownReply: 422,
		NoRateHeaders: true, NoConversations: true, ULIDs: true,
	},
	"fails on replay": {
		Idempotency: sandbox.KeysReplay500, Streaming: sandbox.StreamNone, SlowMedia: 2, FilterStrangers: true, UnknownReply: sandbox.Accepted,
	},
	"tells little":   {MissingNotificationTypes: []string{"favourite", "reblog", "poll"}, ULIDs: true, NoRateHeaders: true},
	"short of words": {MaxCharacters: 300, Idempotency: sandbox.KeysIgnored, UnknownReply: 422},
}

// Every connector passes this.
func TestConnector(t *testing.T) {
	t.Parallel()
	for name, v := range variants {
		t.Run(name, func(t *testing.T) {
			networktest.Run(t, func(t *testing.T) networktest.Target { return target(t, v) })
		})
	}
}

const brand, secret = "pomelo", "secret-token-of-pomelo-KLMNPQRS"

func start(t *testing.T, o sandbox.Options) *sandbox.Server {
	t.Helper()
	o.Quiet = true
	o.Accounts = append(o.Accounts, sandbox.Account{Name: brand, Token: secret})
	s, err := sandbox.Start(o)
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

func target(t *testing.T, v sandbox.Variant) networktest.Target {
	t.Helper()
	s := start(t, sandbox.Options{Variant: v})
	return networktest.Target{
		Kind:     Kind(),
		Settings: network.Settings{Server: s.URL(), Secret: secret},
		World:    &world{s: s, ids: map[string]string{}},
		Wire: networktest.Wire{
			Publish: "POST /api/v1/statuses",
			Direct:  "POST /api/v1/statuses",
			Upload:  "POST /api/v2/media",
			Refusal: func(_ int, why string) string {
				text, _ := json.Marshal(map[string]string{"error": why}) // strings can't fail
				return string(text)
			},
			Later: func(until time.Time) http.Header { return rate(300, 0, until) },
			Quota: rate,
		},
		Streams:  v.Streaming != sandbox.StreamNone,
		Keyless:  v.Idempotency == sandbox.KeysIgnored,
		Unlisted: true,
		Secrets:  func() []string { return []string{secret} },
		Behind: func(p *networktest.Proxy) { // streams pass the proxy too
			p.All("GET /api/v2/instance", networktest.Spoil{Pass: true, Edit: func(body []byte) []byte {
				return []byte(strings.ReplaceAll(string(body), "ws"+strings.TrimPrefix(s.URL(), "http"), "ws"+strings.TrimPrefix(p.URL, "http")))
			}})
		},
	}
}

// rate is how Mastodon says its limits: the reset is a time, not seconds.
func rate(limit, remaining int, reset time.Time) http.Header {
	return http.Header{"X-Ratelimit-Limit": {strconv.Itoa(limit)}, "X-Ratelimit-Remaining": {strconv.Itoa(remaining)},
		"X-Ratelimit-Reset": {reset.UTC().Format("2006-01-02T15:04:05.000000Z")}}
}

// world is what surrounds the brand's account.
type world struct {
	s   *sandbox.Server
	mu  sync.Mutex
	ids map[string]string // address of an item → its id
}

func (w *world) address(t *testing.T, id string) string {
	t.Helper()
	x, ok := w.s.Status(id)
	if !ok {
		t.Fatalf("there is no status %q", id)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ids[x.URI] = id
	return x.URI
}

func (w *world) Posts(t *testing.T) (all []networktest.Seen) {
	t.Helper()
	for _, p := range w.s.Posts(brand) {
		if p.Deleted {
			continue
		}
		x := networktest.Seen{ID: p.ID, Text: p.Text, Language: p.Language, Direct: p.Visibility == "direct",
			Unlisted: p.Visibility == "unlisted"}
		if p.InReplyTo != "" {
			x.ReplyTo = w.address(t, p.InReplyTo)
		}
		for _, m := range p.Media {
			x.Images = append(x.Images, network.Image{Alt: m.Alt, Data: m.Data})
		}
		all = append(all, x)
	}
	return all
}

func (w *world) Public(t *testing.T) (all []string) {
	t.Helper()
	for _, p := range w.Posts(t) {
		if !p.Direct {
			all = append(all, p.Text)
		}
	}
	return all
}

var people atomic.Int64

// Person lives on another server.
func (w *world) Person(*testing.T) networktest.Person {
	return &person{w.s.Person(fmt.Sprintf("person%d@far.example", people.Add(1))), w}
}

func (w *world) Crowd(_ *testing.T, n int) (all []network.Person) {
	for i := range n {
		p := &person{w.s.Person(fmt.Sprintf("follower%d@far.example", i)), w}
		p.p.Follow(brand)
		all = append(all, p.Self())
	}
	return all
}

func (w *world) DropStreams(*testing.T) {
	w.s.RepeatEvents(true)
	w.s.DropStreams()
}

type person struct {
	p sandbox.Person
	w *world
}

// Self has the same id on every server: the name with its host.
func (p *person) Self() network.Person {
	return network.Person{ID: strings.ToLower(p.p.Handle()), Handle: p.p.Handle()}
}

func (p *person) Mention(t *testing.T, text string) string {
	t.Helper()
	return p.w.address(t, p.p.Say(text, brand))
}

func (p *person) Answer(t *testing.T, id, text string) string {
	t.Helper()
	p.w.mu.Lock()
	known, ok := p.w.ids[id]
	p.w.mu.Unlock()
	if ok {
		id = known
	}
	return p.w.address(t, p.p.Reply(id, text))
}

func (p *person) Message(_ *testing.T, text string) { p.p.SayDirect(text, brand) }

func (p *person) Follow(*testing.T) { p.p.Follow(brand) }

func (p *person) Inbox(*testing.T) (all []string) {
	for _, x := range p.p.Inbox() {
		if x.Visibility == "direct" {
			all = append(all, x.Text)
		}
	}
	return all
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ticking is a clock that a test moves.
type ticking struct {
	mu  sync.Mutex
	now time.Time
}

func (c *ticking) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *ticking) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
