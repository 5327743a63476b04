package bluesky

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/networktest"
)

// request is one as testdata/lexicons.mjs takes it.
type request struct {
	Method string `json:"method"`
	URI    string `json:"uri"`
	Type   string `json:"type"`
	Body   []byte `json:"body"`
}

func (r request) nsid() string {
	path, _, _ := strings.Cut(r.URI, "?")
	return strings.TrimPrefix(path, "/xrpc/")
}

// procedure is a call with a body that we make up.
func procedure(t *testing.T, nsid string, body any) request {
	t.Helper()
	text, err := json.Marshal(body)
	must(t, err)
	return request{"POST", "/xrpc/" + nsid, "application/json", text}
}

// asked is what came through proxies, each only once.
func asked(proxies ...*networktest.Proxy) (all []request) {
	seen := map[string]bool{}
	for _, p := range proxies {
		for _, r := range p.Requests("") {
			x := request{r.Method, r.URI, r.Header.Get("Content-Type"), r.Body}
			if key := x.Method + x.URI + x.Type + string(x.Body); !seen[key] {
				seen[key] = true
				all = append(all, x)
			}
		}
	}
	return all
}

// complaints asks the official lexicons; "" is none.
func complaints(t *testing.T, all []request) (out []string) {
	t.Helper()
	oracle(t, "lexicons.mjs", all, &out)
	if len(out) != len(all) {
		t.Fatalf("%d answers to %d requests", len(out), len(all))
	}
	return out
}

// fits fails on requests that the lexicons complain of, but for the reasons excused.
func fits(t *testing.T, all []request, excused ...string) {
	t.Helper()
	wrong, left := 0, 0
	for i, why := range complaints(t, all) {
		switch {
		case why == "":
		case slices.ContainsFunc(excused, func(s string) bool { return strings.Contains(why, s) }):
			left++
		default:
			if wrong++; wrong <= 20 {
				t.Errorf("%s %s %.500q: %s", all[i].Method, all[i].URI, all[i].Body, why)
			}
		}
	}
	t.Logf("%d requests, %d do not fit the lexicons, %d more on purpose", len(all), wrong, left)
}

// watched is a target whose requests must fit the lexicons. The suite also sends
// texts of one character too many, on purpose.
func watched(t *testing.T, open func(*testing.T) networktest.Target) func(*testing.T) networktest.Target {
	t.Helper()
	var mu sync.Mutex
	var proxies []*networktest.Proxy
	t.Cleanup(func() {
		fits(t, asked(proxies...), "/text must not be longer than")
	})
	return func(t *testing.T) networktest.Target {
		x := open(t)
		x.Behind = func(p *networktest.Proxy) {
			mu.Lock()
			defer mu.Unlock()
			proxies = append(proxies, p)
		}
		return x
	}
}

// publish prepares and publishes.
func (r *reader) publish(d network.Draft) (network.Sealed, network.Receipt) {
	r.t.Helper()
	r.posts++
	d.Key = fmt.Sprint(r.posts, " ", d.Text) // two posts of one second need two keys
	s := r.sealed(r.t, d)
	receipt, err := r.Publish(r.t.Context(), s)
	if nameOf(err) == "InvalidSwap" { // seen once, and not understood: this test is about the form of calls alone
		r.t.Logf("%q is refused: %v", d.Key, err)
		r.posts++
		d.Key = fmt.Sprint(r.posts, " ", d.Text)
		s = r.sealed(r.t, d)
		receipt, err = r.Publish(r.t.Context(), s)
	}
	must(r.t, err)
	return s, receipt
}

// signIn makes all calls about the session: reading has signed in before.
func (r *reader) signIn() {
	r.t.Helper()
	r.proxy.Next(getSession, expired())
	r.verified(r.t, r.client)
	r.calls(r.t, createSession, 1)
	r.calls(r.t, refreshSession, 1)
}

const rich = "Sale 促销 🍊 at https://shop.example.com/a?b=柚子 and shop.example.com #sale #促销 $POM for @"

// public is a thread of ours with all that a post can have, and its end.
func (r *reader) public() {
	r.t.Helper()
	var last string
	for i, language := range []string{"en", "zh", "zh-Hant", "pt-BR", ""} {
		d := network.Draft{Text: rich + r.account.Handle + " " + language, Language: language}
		if last != "" {
			d.ReplyTo = Kind().Ref(last)
		}
		for n := range i {
			d.Images = append(d.Images, networktest.Picture("a.png", uint8(n))) //nolint:gosec // at most four
		}
		_, receipt := r.publish(d)
		last = receipt.ID
	}
	must(r.t, r.Delete(r.t.Context(), last))
}

// next waits for what people write to the account.
func (r *reader) next() (m *network.Mention) {
	r.t.Helper()
	within(r.t, func() bool {
		events, next, err := r.Events(r.t.Context(), r.cursor)
		must(r.t, err)
		r.cursor = next
		for _, e := range events {
			if e.Mention != nil {
				m = e.Mention
			}
		}
		return m != nil
	})
	return m
}

// answers is a reply to somebody's post, and one to their reply to ours.
func (r *reader) answers() {
	r.t.Helper()
	_, receipt := r.publish(network.Draft{Text: "our post"})
	bob := &person{Account: newAccount(r.t), w: &world{account: r.account}}
	for _, write := range []func(){
		func() { bob.Mention(r.t, "in public") },
		func() { bob.Answer(r.t, receipt.ID, "to the post") },
	} {
		write()
		m := r.next()
		_, err := r.Answered(r.t.Context(), m.Ref, nil)
		must(r.t, err)
		r.publish(network.Draft{Text: "@" + bob.Handle + " thank you", ReplyTo: m.Ref, To: &m.Author, Language: "en"})
	}
}

// chats is a message to a handle, one to a DID, and the answer to one of theirs.
func (r *reader) chats() {
	r.t.Helper()
	bob := newAccount(r.t)
	must(r.t, bob.Chat(r.t.Context(), r.account.DID, "in private"))
	m := r.next()
	for _, d := range []network.Draft{
		{Text: "no marks", To: &network.Person{Handle: bob.Handle}},
		{Text: rich + bob.Handle, To: &network.Person{ID: bob.DID, Handle: bob.Handle}},
		{Text: "your code: KLMN", To: &m.Author, ReplyTo: m.Ref},
	} {
		d.Direct = true
		s, _ := r.publish(d)
		_, _, err := r.Find(r.t.Context(), s, time.Now().Add(-time.Hour), func(string) bool { return true })
		must(r.t, err)
	}
	_, err := r.Answered(r.t.Context(), m.Ref, nil)
	must(r.t, err)
}

// looks are the calls that only read.
func (r *reader) looks() {
	r.t.Helper()
	s := r.sealed(r.t, network.Draft{Text: "never sent"})
	_, _, err := r.Find(r.t.Context(), s, time.Now(), func(string) bool { return false })
	must(r.t, err)
	_, err = r.Posts(r.t.Context(), time.Now().Add(-time.Hour))
	must(r.t, err)
	_, _, err = r.Followers(r.t.Context(), "")
	must(r.t, err)
	_, err = r.Metrics(r.t.Context(), []string{"at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3m62kq3zqjs2a"})
	must(r.t, err)
	r.read()
}
