package main

import (
	"fmt"
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

// servers are the ways in which Mastodon servers treat a key they have seen.
var servers = map[string]sandbox.Variant{
	"honour": {Idempotency: sandbox.KeysHonoured}, keyless: {Idempotency: sandbox.KeysIgnored}, "replay500": {Idempotency: sandbox.KeysReplay500},
}

// faults are the ways in which an answer is lost or a post refused for now. A
// delay stays well below the settle of the worlds: a server that takes longer
// is what settle rules out.
var faults = [troubles]sandbox.Effect{
	sandbox.DropAfterStore(), sandbox.DropBeforeStore(), sandbox.Status500AfterStore(), sandbox.HTMLBody(), sandbox.RubbishBody(),
	sandbox.StallAfterStore(time.Second), sandbox.Delay(200 * time.Millisecond), sandbox.DropAfterStore(), sandbox.StallAfterStore(5 * time.Second),
	sandbox.Answer(http.StatusTooManyRequests, `{"error":"Too many requests"}`, map[string]string{"Retry-After": "1"}),
}

// mastodon is a sandbox.
type mastodon struct {
	*sandbox.Server
	people atomic.Int64
}

func newMastodon(variant string) (place, error) {
	o := sandbox.Options{Variant: servers[variant], Quiet: true}
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
