package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"time"

	"magpie/internal/network/bluesky/localnet"
)

// atmosphere is the real Bluesky network, which all worlds share. Making an
// account is slow there, so people live through several worlds; the brand's
// accounts are new in each.
type atmosphere struct {
	*localnet.Network
	mu     sync.Mutex
	people []*localnet.Account
}

func newAtmosphere(ctx context.Context) (*atmosphere, error) {
	n, err := localnet.Start(ctx)
	if err != nil {
		return nil, err
	}
	return &atmosphere{Network: n}, nil
}

// person is the nth person, made when asked for the first time.
func (a *atmosphere) person(n int) (*localnet.Account, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for len(a.people) <= n {
		p, err := a.CreateAccount(context.Background(), fmt.Sprintf("person%d.test", len(a.people)))
		if err != nil {
			return nil, err
		}
		a.people = append(a.people, p)
	}
	return a.people[n], nil
}

// sky is the Bluesky network as one world sees it.
type sky struct {
	*atmosphere
	brands  map[string]*localnet.Account
	proxies map[string]*proxy
	mu      sync.Mutex
	known   map[string]*localnet.Account // people of this world, by handle
}

// newSky makes the brand's accounts, and proxies that cause the trouble which
// real servers only rarely cause.
func newSky(ctx context.Context, a *atmosphere, world int) (place, error) {
	s := &sky{atmosphere: a, brands: map[string]*localnet.Account{}, proxies: map[string]*proxy{}, known: map[string]*localnet.Account{}}
	for _, name := range brands {
		var err error
		if s.brands[name], err = a.CreateAccount(ctx, fmt.Sprintf("%s-%d.test", name, world)); err != nil {
			return nil, err
		}
		if s.proxies[name], err = newProxy(a.PDS, a.ChatDID); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *sky) accounts() map[string]string {
	out := map[string]string{}
	for name, a := range s.brands {
		out[name] = "network: bluesky\nserver: " + s.proxies[name].URL + "\nhandle: " + a.Handle + "\nabout: " + name + "\nlanguage: en\ntimezone: UTC\ncredentials: stored\n"
	}
	return out
}

func (s *sky) password(account string) string { return s.brands[account].AppPassword }

func (s *sky) person() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.atmosphere.person(len(s.known))
	if err != nil {
		return "", err
	}
	s.known[p.Handle] = p
	return p.Handle, nil
}

// say mentions one account, or writes to it in chat.
func (s *sky) say(who, text string, private bool, to ...string) (id, item string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	s.mu.Lock()
	p, brand := s.known[who], s.brands[to[0]]
	s.mu.Unlock()
	if private {
		item, err = s.chat(ctx, p, brand.DID, text)
		return "", item, err
	}
	uri, _, err := p.Mention(ctx, brand, text)
	if err != nil {
		return "", "", err
	}
	return uri, uri, s.passedOn(ctx, brand, uri)
}

// passedOn waits until the app view tells the account of a post. Under load it
// may forget to.
func (s *sky) passedOn(ctx context.Context, brand *localnet.Account, uri string) error {
	for range 100 {
		var page struct{ Notifications []struct{ URI string } }
		if err := brand.Query(ctx, "app.bsky.notification.listNotifications", url.Values{"limit": {"50"}}, &page); err != nil {
			return err
		}
		if slices.Contains(page.Notifications, struct{ URI string }{uri}) {
			return nil
		}
		if !pause(ctx, 50*time.Millisecond) {
			break
		}
	}
	return errUnheard
}

// posts are the records of the accounts, and what they wrote in chat.
func (s *sky) posts() (all []shown, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for name, a := range s.brands {
		records, err := a.Posts(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range slices.Backward(records) {
			all = append(all, shown{id: r.URI, account: name, text: r.Text(), replyTo: parent(r)})
		}
		messages, err := s.chats(ctx, name, a)
		if err != nil {
			return nil, err
		}
		all = append(all, messages...)
	}
	return all, nil
}

func parent(r localnet.Record) string {
	reply, _ := r.Value["reply"].(map[string]any)
	to, _ := reply["parent"].(map[string]any)
	uri, _ := to["uri"].(string)
	return uri
}

func (s *sky) trouble(account string, n int) { s.proxies[account].fail(mishaps[n%troubles]) }

func (s *sky) silence(account string) { s.proxies[account].fail(dropBefore) }

// shake ends the session: the next call meets an access token that has expired.
func (s *sky) shake(account string) { s.proxies[account].expire() }

// pace: there is no stream; a lost answer is looked into after five seconds,
// then ten, and so on.
func (s *sky) pace() pace {
	return pace{look: time.Second, hope: 40 * time.Second, rest: 5 * time.Minute, doubt: 7 * time.Second}
}

func (s *sky) heal() {
	for _, p := range s.proxies {
		p.heal()
	}
}

func (s *sky) close() {
	for _, p := range s.proxies {
		p.close()
	}
}
