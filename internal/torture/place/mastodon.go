package place

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"magpie/internal/sandbox"
)

// Keyless servers ignore keys.
const Keyless = "ignore"

// Keyed are the ways in which Mastodon servers treat a key they have seen: every point is
// to be reached on each.
var Keyed = []string{"honour", Keyless, "replay500"}

// Mixture is a server that differs in several ways, drawn anew for each world.
const Mixture = "mixture"

// servers are the kinds by name: those of keyed, and what servers were seen to do
// otherwise (shared with the connector's suite).
var servers = map[string]sandbox.Variant{
	"honour": {Idempotency: sandbox.KeysHonoured}, Keyless: {Idempotency: sandbox.KeysIgnored},
	"replay500": {Idempotency: sandbox.KeysReplay500},
	"rewrites":  {Rewrites: true}, "markdown": {Markdown: true}, "public only": {PublicOnly: true, NoConversations: true},
	"ids out of order": {LateNotifications: time.Second, ULIDs: true}, "closes": {ClosesConnections: true, NoMediaStatus: true},
	"no stream": {StreamingHost: "ws://127.0.0.1:1"}, "polled": {Streaming: sandbox.StreamNone, MinIsSince: true, NoQuotes: true},
	"no bulk": {NoBulk: true, OneAddress: true, NoRateHeaders: true}, "links in full": {LinksInFull: true}, "starting": {Starting: 6},
}

// Kinds are all of them, those of keyed first, with a mixture after every third.
func Kinds() (out []string) {
	rest := slices.DeleteFunc(slices.Sorted(maps.Keys(servers)), func(k string) bool { return slices.Contains(Keyed, k) })
	for i, k := range append(slices.Clone(Keyed), rest...) {
		if out = append(out, k); i%3 == 2 {
			out = append(out, Mixture)
		}
	}
	return out
}

// ServerOf is the server of a kind.
func ServerOf(kind string, dice *rand.Rand) sandbox.Variant {
	if kind != Mixture {
		return servers[kind]
	}
	v := servers[Keyed[dice.IntN(len(Keyed))]]
	for _, on := range []*bool{&v.Rewrites, &v.Markdown, &v.PublicOnly, &v.NoConversations, &v.ULIDs, &v.ClosesConnections, &v.NoMediaStatus,
		&v.MinIsSince, &v.NoQuotes,
		&v.NoBulk, &v.OneAddress, &v.NoRateHeaders, &v.LinksInFull} {
		*on = dice.IntN(3) == 0
	}
	if dice.IntN(3) == 0 {
		v.LateNotifications = time.Second
	}
	v.Streaming = []string{sandbox.StreamAll, sandbox.StreamSocket, sandbox.StreamNone}[dice.IntN(3)]
	return v
}

// faults are the ways in which an answer is lost or a post refused for now. A
// delay stays well below the settle of the worlds: a server that takes longer
// is what settle rules out.
var faults = [Troubles]sandbox.Effect{
	sandbox.DropAfterStore(), sandbox.DropBeforeStore(), sandbox.Status500AfterStore(), sandbox.HTMLBody(), sandbox.RubbishBody(),
	sandbox.StallAfterStore(time.Second), sandbox.Delay(200 * time.Millisecond), sandbox.DropAfterStore(),
	sandbox.StallAfterStore(5 * time.Second),
	sandbox.Answer(http.StatusTooManyRequests, `{"error":"Too many requests"}`, map[string]string{"Retry-After": "1"}),
}

// mastodon is a sandbox.
type mastodon struct {
	*sandbox.Server
	people atomic.Int64
}

func NewMastodon(v sandbox.Variant) (Place, error) {
	o := sandbox.Options{Variant: v, Quiet: true}
	for _, name := range Brands {
		o.Accounts = append(o.Accounts, sandbox.Account{Name: name, Display: name})
	}
	s, err := sandbox.Start(o)
	if err != nil {
		return nil, err
	}
	return &mastodon{Server: s}, nil
}

// Accounts implements Place.
func (m *mastodon) Accounts() map[string]string { return files("mastodon", m.URL(), "") }

func (m *mastodon) Password(account string) string { return "sandbox-" + account }

func (m *mastodon) Person() (string, error) { return fmt.Sprint("person", m.people.Add(1)), nil }

func (m *mastodon) Say(who, text string, private bool, to ...string) (id, item string, err error) {
	if p := m.Server.Person(who); private {
		id = p.SayDirect(text, to...)
	} else {
		id = p.Say(text, to...)
	}
	x, ok := m.Status(id)
	if !ok {
		return "", "", fmt.Errorf("the sandbox did not take %q", text)
	}
	return id, x.URI, nil
}

func (m *mastodon) Posts() (all []Shown, err error) {
	for _, a := range Brands {
		for _, x := range m.Server.Posts(a) {
			if !x.Deleted {
				all = append(all, Shown{ID: x.ID, Account: a, Text: x.Text, ReplyTo: x.InReplyTo, Private: x.Visibility == "direct",
					To: slices.DeleteFunc(x.Mentions, func(n string) bool { return slices.Contains(Brands, n) })})
			}
		}
	}
	return all, nil
}

func (m *mastodon) Trouble(account string, n int) { m.fail(account, faults[n%Troubles]) }

func (m *mastodon) Silence(account string) { m.fail(account, sandbox.DropBeforeStore()) }

func (m *mastodon) fail(account string, e sandbox.Effect) {
	m.Fail(sandbox.Fault{Method: http.MethodPost, PathPrefix: "/api/v1/statuses", Account: account, What: e})
}

func (m *mastodon) Shake(string) { m.RepeatEvents(true); m.DropStreams() }

// Pace: what comes in is polled every 15 seconds, beside the stream.
func (m *mastodon) Pace() Pace {
	return Pace{Look: 200 * time.Millisecond, Hope: 20 * time.Second, Rest: 90 * time.Second, Doubt: 4 * time.Second}
}

// Manners implements Place.
func (m *mastodon) Manners() Manners { return Manners{Private: true} }

func (m *mastodon) Heal() { m.Server.Heal() }

func (m *mastodon) Close() { _ = m.Server.Close() }
