package place

import (
	"net/http"
	"time"

	"magpie/internal/network/weibo/weibofake"
)

// onWeibo is Weibo, for an app with a contract on calls. The same text may be out twice at once there, so that a post that is
// repeated is seen.
type onWeibo struct {
	host
	*weibofake.Server
}

// NewWeibo is a fake of Weibo.
func NewWeibo() Place {
	p := &onWeibo{}
	p.Server = weibofake.Open(&p.host, weibofake.Options{SafeDomains: []string{"shop.example"}, Quota: -1, PostsPerHour: -1, Recent: -1})
	return p
}

// Accounts implements Place.
func (p *onWeibo) Accounts() map[string]string {
	return files(Weibo, p.URL, "weibo: {enabled: true, safe_domain: shop.example, ip: 203.0.113.7, calls: 100000}")
}

// Password implements Place.
func (p *onWeibo) Password(account string) string { return p.Account(account).Token }

// Person implements Place.
func (p *onWeibo) Person() (string, error) { return p.Server.Person("").Name, nil }

// Say implements Place: in public, to one account.
func (p *onWeibo) Say(who, text string, _ bool, to ...string) (id, item string, err error) {
	person := p.Server.Person(who)
	id = person.Mention(p.Account(to[0]), text)
	return id, "https://weibo.com/" + person.ID + "/" + id, nil
}

// Posts implements Place.
func (p *onWeibo) Posts() (all []Shown, err error) {
	for _, name := range Brands {
		a := p.Account(name)
		for _, x := range a.Posts() {
			if !x.Deleted {
				all = append(all, Shown{ID: x.ID, Account: name, Text: x.Text})
			}
		}
		for _, c := range a.Comments() {
			if !c.Deleted {
				all = append(all, Shown{ID: c.On + "/" + c.ID, Account: name, Text: c.Text, ReplyTo: c.On})
			}
		}
	}
	return all, p.wrong()
}

// weiboFaults are the ways in which a call that posts goes wrong on Weibo.
var weiboFaults = [Troubles]weibofake.Rule{
	{AfterStoring: true, Drop: true}, {Drop: true}, {AfterStoring: true, Status: http.StatusInternalServerError, Body: "{}"},
	{AfterStoring: true, Status: http.StatusOK, Body: "<!DOCTYPE html><title>302</title>"},
	{AfterStoring: true, Status: http.StatusOK, Body: `{"id":49`}, {AfterStoring: true, Delay: time.Second}, {Delay: 200 * time.Millisecond},
	{AfterStoring: true, Code: 10001}, {AfterStoring: true, Delay: 5 * time.Second}, {Status: http.StatusServiceUnavailable, Body: "{}"},
}

// Trouble implements Place.
func (p *onWeibo) Trouble(account string, n int) { p.fail(account, weiboFaults[n%Troubles]) }

// Silence implements Place.
func (p *onWeibo) Silence(account string) { p.fail(account, weibofake.Rule{Drop: true}) }

// fail lets the next post or comment of an account go wrong.
func (p *onWeibo) fail(account string, r weibofake.Rule) {
	r.Method, r.Account, r.Path = http.MethodPost, p.Account(account), "/2/"
	p.Fail(r)
}

// Shake implements Place: there are no streams, and the tokens live longer than any world.
func (p *onWeibo) Shake(string) {}

// Pace implements Place: what comes in is read at each start, and every half hour; a post may take three minutes to show.
func (p *onWeibo) Pace() Pace {
	return Pace{Look: time.Second, Hope: 5 * time.Minute, Rest: 15 * time.Minute, Doubt: 4 * time.Second}
}

// Manners implements Place: an app is not told of private messages, unless it has the fan service.
func (p *onWeibo) Manners() Manners {
	return Manners{Link: " https://shop.example/", Plain: true, Chinese: true}
}

// Close implements Place.
func (p *onWeibo) Close() { p.host.Close() }
