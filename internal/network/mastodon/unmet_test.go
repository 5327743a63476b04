package mastodon

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/networktest"
	"magpie/internal/sandbox"
)

// What real servers were seen to do in November 2026 (docs/networks: Mastodon), one by one and together.
var unmet = map[string]sandbox.Variant{
	"rewrites":            {Rewrites: true},
	"markdown":            {Markdown: true},
	"public only":         {PublicOnly: true},
	"rewrites, no keys":   {Rewrites: true, Markdown: true, PublicOnly: true, NoConversations: true, Idempotency: sandbox.KeysIgnored},
	"closes":              {ClosesConnections: true, NoMediaStatus: true},
	"slow, no status":     {SlowMedia: 1, NoMediaStatus: true},
	"numbers late":        {LateNotifications: time.Second, ULIDs: true},
	"keeps 64":            {MinIsSince: true, NoQuotes: true},
	"no bulk":             {NoBulk: true, OneAddress: true},
	"host not to be had":  {StreamingHost: "ws://127.0.0.1:1"},
	"foreign stream host": {StreamingHost: "ws://streams.evil.example"},
}

// The connector passes the whole suite on each.
func TestConnectorOnServersNotMet(t *testing.T) {
	t.Parallel()
	for name, v := range unmet {
		t.Run(name, func(t *testing.T) {
			networktest.Run(t, func(t *testing.T) networktest.Target {
				x := target(t, v)
				x.Unseen = v.PublicOnly && v.NoConversations
				return x
			})
		})
	}
}

// texts are what servers rewrite, mixed at random.
func texts(r *rand.Rand) string {
	parts := []string{`50\% off`, "Tom &amp; Jerry", "a &lt; b", ":-)", "www.shop.example/sale", "<b>new</b>", "*bold*", "_soft_", "`code`",
		"[here](https://shop.example/a?c=KLMN-PQRS)", "# Sale",
		"> said", "- one", "1. two", "https://shop.example/x_y_z", "促销 满减", "café", "שלום", "👍🏽", "\\*not bold\\*", "C:\\new", "A&B", "10 > 5",
		"\n", "\n\n", "#spring", "(c)"}
	var b strings.Builder
	for range 2 + r.IntN(8) {
		b.WriteString(parts[r.IntN(len(parts))] + []string{" ", "\n", ", "}[r.IntN(3)])
	}
	return fmt.Sprint("Number ", r.IntN(1_000_000), ": ", strings.TrimSpace(b.String()))
}

// A post whose answer was lost is found, or nobody claims that it is not out; one that is not out is never found. So nothing goes
// out twice and nothing is lost, whatever the server makes of the words.
func TestFindWhatServersRewrite(t *testing.T) {
	t.Parallel()
	for _, v := range []sandbox.Variant{{}, {Rewrites: true}, {Markdown: true}, {Rewrites: true, Markdown: true, PublicOnly: true},
		{PublicOnly: true, NoConversations: true}} {
		s := start(t, sandbox.Options{Variant: v})
		c := newClient(t, s.URL())
		ann := s.Person("ann@far.example")
		r := rand.New(rand.NewPCG(3, 9)) //nolint:gosec // the same texts each time
		own := map[string]bool{}
		taken := func(id string) bool { return own[id] }
		found, unproven := 0, 0
		for i := range 200 {
			d := network.Draft{Key: fmt.Sprint(i), Text: texts(r)}
			switch i % 3 {
			case 1:
				d.Direct, d.To = true, &network.Person{Handle: ann.Handle()}
			case 2:
				d.ReplyTo = network.Ref(`{"id":"` + ann.Say("hello", brand) + `"}`)
				d.Direct, d.To = i%2 == 0, &network.Person{Handle: ann.Handle()}
			}
			post := sealed(t, c, d)
			out := i%4 != 0
			var want network.Receipt
			if out {
				receipt, err := c.Publish(t.Context(), post)
				must(t, err)
				want = receipt
			}
			got, yes, err := c.Find(t.Context(), post, time.Now().Add(-time.Minute), taken)
			switch {
			case err != nil && network.ReasonOf(err) == network.Unproven:
				unproven++
			case err != nil:
				t.Fatal(err)
			case out && !yes:
				t.Errorf("%+v: it is out and was said not to be: %q", v, post.Text)
			case yes && (!out || got != want):
				t.Errorf("%+v: found %+v, want %+v: %q", v, got, want, post.Text)
			case yes:
				found++
			}
			own[want.ID] = true
		}
		if found < 60 {
			t.Errorf("%+v: only %d found, %d not to be told", v, found, unproven)
		}
	}
}

// Figures leave half of the calls to answers, over all accounts of the server, and what was read is kept.
func TestFiguresLeaveCallsToAnswers(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{Accounts: []sandbox.Account{{Name: "home", Token: "home-token"}},
		Variant: sandbox.Variant{NoBulk: true, OneAddress: true, RequestsPer5Minutes: 300}})
	shared := &network.Shared{}
	open := func(token network.Secret) *client {
		c, err := Kind().Open(network.Settings{Server: s.URL(), Secret: token, HTTP: http.DefaultClient, Shared: shared})
		must(t, err)
		return c.(*client)
	}
	a, b := open(secret), open("home-token")
	var ids []string
	for i := range 40 {
		r, err := a.Publish(t.Context(), sealed(t, a, network.Draft{Text: fmt.Sprint("number ", i)}))
		must(t, err)
		ids = append(ids, r.ID)
	}
	read := 0
	for range 20 {
		all, err := a.Metrics(t.Context(), ids)
		read += len(all)
		if err != nil {
			wants(t, "figures", err, network.Busy)
			if at := network.RetryAt(err, time.Now(), 0); at.Before(time.Now()) {
				t.Error("it is not said until when")
			}
			break
		}
	}
	if read < 80 || read > 120 {
		t.Errorf("%d figures were read", read)
	}
	for range 100 { // the answers of both go on
		_, _, err := b.Events(t.Context(), "")
		must(t, err)
	}
	_, _, err := a.Events(t.Context(), "")
	must(t, err)
	for range 10 {
		_, _, err := b.Events(t.Context(), "")
		must(t, err)
	}
	if q := a.Quota(); q.Remaining > 60 || q != b.Quota() {
		t.Errorf("the other account does not know how much is left: %+v, %+v", q, b.Quota())
	}
}

// A server that counts links in full, whatever it says, is believed; the next text is measured so.
func TestLinksThatCountInFull(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{Variant: sandbox.Variant{LinksInFull: true}})
	c := newClient(t, s.URL())
	l, err := c.Limits(t.Context())
	must(t, err)
	text := strings.Repeat("x", 440) + " https://shop.com/" + strings.Repeat("y", 100)
	if !measure(text, false, l).Fits() {
		t.Fatal("the text has to fit by what the server says")
	}
	_, err = c.Publish(t.Context(), sealed(t, c, network.Draft{Text: text}))
	if wants(t, "publish", err, network.Busy); !network.HasOtherLimits(err) {
		t.Errorf("it is not said that the limits are others: %v", err)
	}
	if l, err = c.Limits(t.Context()); err != nil || measure(text, false, l).Fits() {
		t.Errorf("the text still fits: %+v, %v", l, err)
	}
	_, err = c.Publish(t.Context(), sealed(t, c, network.Draft{Text: strings.Repeat("x", 600)}))
	wants(t, "a text that is too long", err, network.Refused)
}

// Four pictures go out on a server that closes each connection and tells of no picture.
func TestPicturesOnServerThatCloses(t *testing.T) {
	t.Parallel()
	for _, v := range []sandbox.Variant{unmet["closes"], unmet["slow, no status"]} {
		s := start(t, sandbox.Options{Variant: v})
		c := newClient(t, s.URL())
		d := network.Draft{Key: "k", Text: "Look", Images: []network.Image{networktest.Picture("a.png", 1), networktest.Picture("b.png", 2),
			networktest.Picture("c.png", 3), networktest.Picture("d.png", 4)}}
		var err error
		for range 20 {
			var post network.Sealed
			if post, err = c.Prepare(t.Context(), d); err == nil {
				if _, err = c.Publish(t.Context(), post); err == nil {
					break
				}
				if network.ReasonOf(err) == network.Unknown {
					continue // the connection was closed just as the post was sent: the key tells the server that it is the same one
				}
			}
			wants(t, "pictures", err, network.Busy)
		}
		must(t, err)
		if got := attached(t, s); len(got) != 4 {
			t.Errorf("%d pictures are out", len(got))
		}
	}
}

// A server that starts, or shows a page of maintenance, has not taken the post: no doubt is left.
func TestServerThatStarts(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	c := newClient(t, s.URL())
	post := sealed(t, c, network.Draft{Text: "hello"})
	for _, e := range []sandbox.Effect{sandbox.Answer(503, "<html>Be right back</html>", nil),
		sandbox.Answer(503, `{"error":"Service Unavailable: starting"}`, map[string]string{"Retry-After": "30"})} {
		s.Fail(sandbox.Fault{Method: http.MethodPost, PathPrefix: "/api/v1/statuses", What: e})
		_, err := c.Publish(t.Context(), post)
		wants(t, "publish", err, network.Busy)
	}
}

// A gateway that answers 503 because it has lost the server's answer proves nothing: the post
// may be out.
func TestGatewayThatLostTheAnswer(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	c := newClient(t, s.URL())
	post := sealed(t, c, network.Draft{Text: "hello"})
	for _, body := range []string{"upstream connect error or disconnect/reset before headers. reset reason: connection termination",
		"<html><h1>Error 503 Backend fetch failed</h1><p>Guru Meditation:</p></html>", "<html>Application error</html>", "first byte timeout"} {
		s.Fail(sandbox.Fault{Method: http.MethodPost, PathPrefix: "/api/v1/statuses", What: sandbox.Answer(503, body, nil)})
		_, err := c.Publish(t.Context(), post)
		wants(t, "publish", err, network.Unknown)
	}
}

// The token goes to the server and its own site only, and not without encryption where the server has it.
func TestTokenStaysOnTheSite(t *testing.T) {
	t.Parallel()
	for named, want := range map[string]string{
		"wss://streaming.social.example":       "https://streaming.social.example",
		"wss://streaming.social.example/":      "https://streaming.social.example",
		"wss://social.example":                 "",
		"ws://streaming.social.example":        "",
		"wss://evil.example":                   "",
		"wss://social.example.evil.example":    "",
		"wss://x@streaming.social.example":     "",
		"https://streaming.social.example":     "https://streaming.social.example",
		"gopher://streaming.social.example":    "",
		"wss://streaming.social.example:99999": "",
		"":                                     "",
		"%zz":                                  "",
	} {
		got := streamHost(named, "https://social.example")
		if strings.HasSuffix(named, ":99999") {
			continue // a port that is none fails by itself
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", named, got, want)
		}
	}
	if got := streamHost("ws://127.0.0.1:4000", "http://127.0.0.1:3000"); got != "http://127.0.0.1:4000" {
		t.Errorf("the same machine: got %q", got)
	}
}
