package main

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

// The brand's accounts in every world.
var brands = []string{"shop", "club"}

// keyless servers ignore keys.
const keyless = "ignore"

// keyed are the ways in which Mastodon servers treat a key they have seen: every point is
// to be reached on each.
var keyed = []string{"honour", keyless, "replay500"}

// mixture is a server that differs in several ways, drawn anew for each world.
const mixture = "mixture"

// servers are the kinds by name: those of keyed, and what servers were seen to do
// otherwise (shared with the connector's suite).
var servers = map[string]sandbox.Variant{
	"honour": {Idempotency: sandbox.KeysHonoured}, keyless: {Idempotency: sandbox.KeysIgnored},
	"replay500": {Idempotency: sandbox.KeysReplay500},
	"rewrites":  {Rewrites: true}, "markdown": {Markdown: true}, "public only": {PublicOnly: true, NoConversations: true},
	"ids out of order": {LateNotifications: time.Second, ULIDs: true}, "closes": {ClosesConnections: true, NoMediaStatus: true},
	"no stream": {StreamingHost: "ws://127.0.0.1:1"}, "polled": {Streaming: sandbox.StreamNone, MinIsSince: true, NoQuotes: true},
	"no bulk": {NoBulk: true, OneAddress: true, NoRateHeaders: true}, "links in full": {LinksInFull: true}, "starting": {Starting: 6},
}

// kinds are all of them, those of keyed first, with a mixture after every third.
func kinds() (out []string) {
	rest := slices.DeleteFunc(slices.Sorted(maps.Keys(servers)), func(k string) bool { return slices.Contains(keyed, k) })
	for i, k := range append(slices.Clone(keyed), rest...) {
		if out = append(out, k); i%3 == 2 {
			out = append(out, mixture)
		}
	}
	return out
}

// serverOf is the server of a kind.
func serverOf(kind string, dice *rand.Rand) sandbox.Variant {
	if kind != mixture {
		return servers[kind]
	}
	v := servers[keyed[dice.IntN(len(keyed))]]
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
var faults = [troubles]sandbox.Effect{
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

func newMastodon(v sandbox.Variant) (place, error) {
	o := sandbox.Options{Variant: v, Quiet: true}
	for _, name := range brands {
		o.Accounts = append(o.Accounts, sandbox.Account{Name: name, Display: name})
	}
	s, err := sandbox.Start(o)
	if err != nil {
		return nil, err
	}
	return &mastodon{Server: s}, nil
}

func (m *mastodon) accounts() map[string]string {
	out := map[string]string{}
	for _, name := range brands {
		out[name] = "network: mastodon\nserver: " + m.URL() + "\nabout: " + name + "\nlanguage: en\ntimezone: UTC\ncredentials: stored\n"
	}
	return out
}

func (m *mastodon) password(account string) string { return "sandbox-" + account }

func (m *mastodon) person() (string, error) { return fmt.Sprint("person", m.people.Add(1)), nil }

func (m *mastodon) say(who, text string, private bool, to ...string) (id, item string, err error) {
	if p := m.Person(who); private {
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

func (m *mastodon) posts() (all []shown, err error) {
	for _, a := range brands {
		for _, x := range m.Posts(a) {
			if !x.Deleted {
				all = append(all, shown{id: x.ID, account: a, text: x.Text, replyTo: x.InReplyTo, private: x.Visibility == "direct",
					to: slices.DeleteFunc(x.Mentions, func(n string) bool { return slices.Contains(brands, n) })})
			}
		}
	}
	return all, nil
}

func (m *mastodon) trouble(account string, n int) { m.fail(account, faults[n%troubles]) }

func (m *mastodon) silence(account string) { m.fail(account, sandbox.DropBeforeStore()) }

func (m *mastodon) fail(account string, e sandbox.Effect) {
	m.Fail(sandbox.Fault{Method: http.MethodPost, PathPrefix: "/api/v1/statuses", Account: account, What: e})
}

func (m *mastodon) shake(string) { m.RepeatEvents(true); m.DropStreams() }

// pace: what comes in is polled every 15 seconds, beside the stream.
func (m *mastodon) pace() pace {
	return pace{look: 200 * time.Millisecond, hope: 20 * time.Second, rest: 90 * time.Second, doubt: 4 * time.Second}
}

func (m *mastodon) heal() { m.Heal() }

func (m *mastodon) close() { _ = m.Close() }
