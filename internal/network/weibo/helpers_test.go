package weibo

import (
	"strings"
	"sync"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/weibo/weibofake"
)

const (
	brand = "柚子电脑"
	shop  = "https://shop.example.com/sale"
	ip    = "203.0.113.7"
)

// clock is a clock that tests set.
type clock struct {
	mu sync.Mutex
	at time.Time
}

// newClock stands at six in the evening in Beijing.
func newClock() *clock { return &clock{at: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// desk is an account on the fake, and a client of it.
type desk struct {
	*testing.T
	s     *weibofake.Server
	a     *weibofake.Account
	c     network.Client
	spent *counter
	set   network.Settings
}

// begin starts the fake and opens a client with the account's token.
func begin(t *testing.T, o weibofake.Options, change ...func(*network.Settings)) *desk {
	t.Helper()
	d := &desk{T: t, s: weibofake.Open(t, o), spent: &counter{}}
	d.a = d.s.Account(brand)
	d.set = network.Settings{Server: d.s.URL, Secret: network.Secret(d.a.Token), Choices: &Choices{SafeDomain: "example.com", IP: ip},
		HTTP: network.HTTPClient(10 * time.Second), Meter: d.spent}
	t.Cleanup(d.set.HTTP.CloseIdleConnections)
	for _, f := range change {
		f(&d.set)
	}
	d.again()
	return d
}

// again is a new process: it opens another client.
func (d *desk) again() {
	d.Helper()
	var err error
	if d.c, err = Kind().Open(d.set); err != nil {
		d.Fatal(err)
	}
}

func (d *desk) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// fails checks the reason of an error, and that it says these words and no secret.
func (d *desk) fails(err error, want network.Reason, words ...string) {
	d.Helper()
	if err == nil || network.ReasonOf(err) != want {
		d.Fatalf("got %v (%q), want %q", err, network.ReasonOf(err), want)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			d.Errorf("%q does not say %q", err, w)
		}
	}
	for _, secret := range []string{d.a.Token, weibofake.DefaultSecret} {
		if strings.Contains(err.Error(), secret) {
			d.Errorf("%q shows a secret", err)
		}
	}
}

func (d *desk) seal(x network.Draft) network.Sealed {
	d.Helper()
	s, err := d.c.Prepare(d.Context(), x)
	d.must(err)
	return s
}

func (d *desk) publish(x network.Draft) network.Receipt {
	d.Helper()
	r, err := d.c.Publish(d.Context(), d.seal(x))
	d.must(err)
	return r
}

// share makes a post, and returns its id.
func (d *desk) share(text string) string {
	d.Helper()
	return d.publish(network.Draft{Text: text + " " + shop}).ID
}

func none(string) bool { return false }
