package place

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"time"

	"magpie/internal/network/bluesky/localnet"
)

// Atmosphere is the real Bluesky network, which all worlds share. Making an
// account is slow there, so people live through several worlds; the brand's
// Accounts are new in each.
type Atmosphere struct {
	*localnet.Network
	mu     sync.Mutex
	people []*localnet.Account
}

func NewAtmosphere(ctx context.Context) (*Atmosphere, error) {
	n, err := localnet.Start(ctx)
	if err != nil {
		return nil, err
	}
	return &Atmosphere{Network: n}, nil
}

// Person is the nth person, made when asked for the first time.
func (a *Atmosphere) person(n int) (*localnet.Account, error) {
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
	*Atmosphere
	brands  map[string]*localnet.Account
	proxies map[string]*proxy
	mu      sync.Mutex
	known   map[string]*localnet.Account // people of this world, by handle
}

// NewSky makes the brand's accounts, and proxies that cause the trouble which
// real servers only rarely cause.
func NewSky(ctx context.Context, a *Atmosphere, world int) (Place, error) {
	s := &sky{Atmosphere: a, brands: map[string]*localnet.Account{}, proxies: map[string]*proxy{}, known: map[string]*localnet.Account{}}
	for _, name := range Brands {
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

func (s *sky) Accounts() map[string]string {
	out := map[string]string{}
	for name, a := range s.brands {
		out[name] = file(Bluesky, s.proxies[name].URL, name, "handle: "+a.Handle)
	}
	return out
}

func (s *sky) Password(account string) string { return s.brands[account].AppPassword }

func (s *sky) Person() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.Atmosphere.person(len(s.known))
	if err != nil {
		return "", err
	}
	s.known[p.Handle] = p
	return p.Handle, nil
}

// Say mentions one account, or writes to it in chat.
func (s *sky) Say(who, text string, private bool, to ...string) (id, item string, err error) {
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
		if !Pause(ctx, 50*time.Millisecond) {
			break
		}
	}
	return ErrUnheard
}

// Posts are the records of the accounts, and what they wrote in chat.
func (s *sky) Posts() (all []Shown, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for name, a := range s.brands {
		records, err := a.Posts(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range slices.Backward(records) {
			all = append(all, Shown{ID: r.URI, Account: name, Text: r.Text(), ReplyTo: parent(r)})
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

func (s *sky) Trouble(account string, n int) { s.proxies[account].fail(mishaps[n%Troubles]) }

func (s *sky) Silence(account string) { s.proxies[account].fail(dropBefore) }

// Shake ends the session: the next call meets an access token that has expired.
func (s *sky) Shake(account string) { s.proxies[account].expire() }

// Pace: there is no stream; a lost answer is looked into after five seconds,
// then ten, and so on.
func (s *sky) Pace() Pace {
	return Pace{Look: time.Second, Hope: 40 * time.Second, Rest: 5 * time.Minute, Doubt: 7 * time.Second}
}

// Manners implements Place.
func (s *sky) Manners() Manners { return Manners{Private: true} }

func (s *sky) Heal() {
	for _, p := range s.proxies {
		p.heal()
	}
}

func (s *sky) Close() {
	for _, p := range s.proxies {
		p.close()
	}
}
