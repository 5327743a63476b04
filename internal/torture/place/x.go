package place

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"magpie/internal/network/x/xfake"
)

// onX is X. The same text may be out twice at once there, so that a post that is repeated is seen.
type onX struct {
	host
	*xfake.Server
	people sync.Map // *xfake.Person by name
}

// NewX is a fake of X.
func NewX() Place {
	p := &onX{}
	o := xfake.Options{Unlimited: true, DuplicateWindow: 1}
	for _, name := range Brands {
		o.Accounts = append(o.Accounts, xfake.Account{Name: name, Bot: true})
	}
	p.Server = xfake.Open(&p.host, o)
	return p
}

// Accounts implements Place.
func (p *onX) Accounts() map[string]string { return files(X, p.URL, "x: {budget: 100000 USD}") }

// Password implements Place.
func (p *onX) Password(account string) string {
	k := p.Keys(account)
	return strings.Join([]string{k.ConsumerKey, k.ConsumerSecret, k.Token, k.TokenSecret}, " ")
}

// Person implements Place.
func (p *onX) Person() (string, error) {
	person := p.Server.Person()
	p.people.Store(person.Name(), person)
	return person.Name(), nil
}

// Say implements Place.
func (p *onX) Say(who, text string, private bool, to ...string) (id, item string, err error) {
	found, _ := p.people.Load(who)
	person, ok := found.(*xfake.Person)
	if !ok {
		return "", "", fmt.Errorf("nobody is called %q", who)
	}
	if private {
		id = "dm:" + person.Message(to[0], text)
		return id, id, nil
	}
	id = person.Say("@" + strings.Join(to, " @") + " " + text)
	return id, "https://x.com/i/web/status/" + id, nil
}

// Posts implements Place.
func (p *onX) Posts() (all []Shown, err error) {
	for _, name := range Brands {
		for _, x := range p.Server.Posts(name) {
			if !x.Deleted {
				all = append(all, Shown{ID: x.ID, Account: name, Text: x.Text, ReplyTo: x.ReplyTo})
			}
		}
		for _, m := range p.Messages(name) {
			if m.From == name {
				all = append(all, Shown{ID: "dm:" + m.ID, Account: name, Text: m.Text, Private: true, Chat: true, To: []string{m.To}})
			}
		}
	}
	return all, p.wrong()
}

// xFaults are the ways in which a call that posts goes wrong on X.
var xFaults = [Troubles]xfake.Rule{
	{Stored: true, Drop: true}, {Drop: true}, {Stored: true, Status: http.StatusInternalServerError, Body: "{}"},
	{Stored: true, Status: http.StatusOK, Body: "<!DOCTYPE html><title>Just a moment</title>"},
	{Stored: true, Status: http.StatusOK, Body: `{"data":{"id":"1`}, {Stored: true, Delay: time.Second}, {Delay: 200 * time.Millisecond},
	{Status: http.StatusServiceUnavailable, Body: "{}"}, {Stored: true, Delay: 5 * time.Second},
	{Status: http.StatusTooManyRequests, Body: `{"title":"Too Many Requests"}`, Header: http.Header{"Retry-After": {"1"}}},
}

// Trouble implements Place.
func (p *onX) Trouble(account string, n int) { p.fail(account, xFaults[n%Troubles]) }

// Silence implements Place.
func (p *onX) Silence(account string) { p.fail(account, xfake.Rule{Drop: true}) }

// fail lets the next post or message of an account go wrong.
func (p *onX) fail(account string, r xfake.Rule) {
	r.Method, r.Account, r.Path = http.MethodPost, account, "/2/"
	p.Fail(r)
}

// Shake implements Place: there are no streams without the app's own token, and keys do not expire.
func (p *onX) Shake(string) {}

// Pace implements Place: what comes in is read at each start, and every 90 seconds.
func (p *onX) Pace() Pace {
	return Pace{Look: 200 * time.Millisecond, Hope: 100 * time.Second, Rest: 4 * time.Minute, Doubt: 4 * time.Second}
}

// Manners implements Place: an account may only write to people in private who did so before.
func (p *onX) Manners() Manners { return Manners{Private: true, Asked: true, Plain: true} }

// Close implements Place.
func (p *onX) Close() { p.host.Close() }
