package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/networktest"
	"magpie/internal/sandbox"
)

func client1(t *testing.T, server string) *client {
	t.Helper()
	c, err := Kind().Open(network.Settings{Server: server, Secret: secret, HTTP: network.HTTPClient(10 * time.Second)})
	must(t, err)
	return c.(*client)
}

func sealed(t *testing.T, c *client, d network.Draft) network.Sealed {
	t.Helper()
	if d.Key == "" {
		d.Key = "campaign/step/" + d.Text
	}
	d.At = time.Now()
	s, err := c.Prepare(t.Context(), d)
	must(t, err)
	return s
}

func wants(t *testing.T, what string, err error, want network.Reason) {
	t.Helper()
	if err == nil || network.ReasonOf(err) != want {
		t.Errorf("%s: got %v, want %s", what, err, want)
	}
}

// A token that is withdrawn pauses the account, whichever status says so.
func TestWithdrawnToken(t *testing.T) {
	t.Parallel()
	for _, status := range []int{401, 422, 403} {
		s := start(t, sandbox.Options{Variant: sandbox.Variant{BadToken: status}})
		c := client1(t, s.URL())
		post := sealed(t, c, network.Draft{Text: "hello"})
		_, err := c.Verify(t.Context())
		must(t, err)
		s.RevokeTokens(brand)
		_, err = c.Publish(t.Context(), post)
		wants(t, "publish", err, network.SignedOut)
		_, err = c.Verify(t.Context())
		wants(t, "verify", err, network.SignedOut)
		_, _, err = c.Events(t.Context(), "")
		wants(t, "events", err, network.SignedOut)
		wants(t, "delete", c.Delete(t.Context(), "1"), network.SignedOut)
		_, err = c.Prepare(t.Context(), network.Draft{Key: "k", Text: "x", Images: []network.Image{networktest.Picture("a.png", 1)}})
		wants(t, "upload", err, network.SignedOut)
		if err := c.Stream(t.Context(), func() {}, func(network.Event) {}); status != 422 {
			wants(t, "stream", err, network.SignedOut)
		}
	}
	if _, err := Kind().Open(network.Settings{Server: "https://social.example"}); network.ReasonOf(err) != network.SignedOut {
		t.Errorf("no token: got %v, want signed out", err)
	}
}

func TestAnswerToWhatIsGone(t *testing.T) {
	t.Parallel()
	for _, status := range []int{404, 422} {
		s := start(t, sandbox.Options{Variant: sandbox.Variant{UnknownReply: status}})
		c := client1(t, s.URL())
		_, err := c.Publish(t.Context(), sealed(t, c, network.Draft{Text: "hello", ReplyTo: `{"id":"99999999"}`}))
		wants(t, "answer", err, network.Refused)
		_, err = c.Answered(t.Context(), `{"id":"99999999"}`, nil)
		wants(t, "answered", err, network.Refused)
		if posts := s.Posts(brand); len(posts) != 0 {
			t.Errorf("%d posts", len(posts))
		}
	}
}

// One post too many: again when the server says, or when the caller thinks.
func TestTooManyPosts(t *testing.T) {
	t.Parallel()
	for _, silent := range []bool{false, true} {
		s := start(t, sandbox.Options{Variant: sandbox.Variant{PostsPer3Hours: 1, NoRateHeaders: silent}})
		c := client1(t, s.URL())
		_, err := c.Publish(t.Context(), sealed(t, c, network.Draft{Text: "one"}))
		must(t, err)
		q := c.Quota()
		_, err = c.Publish(t.Context(), sealed(t, c, network.Draft{Text: "two"}))
		wants(t, "two", err, network.Busy)
		now := time.Now()
		at := network.RetryAt(err, now, time.Minute)
		switch {
		case silent && (!at.Equal(now.Add(time.Minute)) || q.Limit != 0):
			t.Errorf("silent: again at %v, quota %+v", at, q)
		case !silent && (at.Sub(now) > 3*time.Hour || at.UnixNano()%int64(3*time.Hour) != 0 || q.Limit != 1 || q.Remaining != 0 || !q.Reset.Equal(at)):
			t.Errorf("again at %v, quota %+v", at, q)
		}
	}
}

// The key is the same for the same post, and tells the server nothing of it.
func TestKey(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{Variant: sandbox.Variant{Idempotency: sandbox.KeysIgnored}})
	c := client1(t, s.URL())
	for _, text := range []string{"one", "two"} {
		for range 2 {
			_, err := c.Publish(t.Context(), sealed(t, c, network.Draft{Text: text}))
			must(t, err)
		}
	}
	p := s.Posts(brand)
	if len(p) != 4 || p[0].Key != p[1].Key || p[2].Key != p[3].Key || p[0].Key == p[2].Key || len(p[0].Key) != 32 || strings.Contains(p[0].Key, "campaign") {
		t.Errorf("got %+v", p)
	}
}

// Two of our accounts see the same item.
func TestItemIsTheSameForAllAccounts(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{Accounts: []sandbox.Account{{Name: "home", Token: "home-token"}}})
	items := map[string]int{}
	for _, token := range []network.Secret{secret, "home-token"} {
		c, err := Kind().Open(network.Settings{Server: s.URL(), Secret: token, HTTP: http.DefaultClient})
		must(t, err)
		_, cursor, err := c.Events(t.Context(), "")
		must(t, err)
		if token == secret {
			continue
		}
		s.Person("ann@far.example").Say("which of you?", brand, "home")
		for _, c := range []network.Client{c, client1(t, s.URL())} {
			events, _, err := c.Events(t.Context(), cursor)
			must(t, err)
			if len(events) != 1 || len(events[0].Mention.Names) != 2 {
				t.Fatalf("got %+v", events)
			}
			items[events[0].Mention.Item]++
		}
	}
	if len(items) != 1 {
		t.Errorf("got %v, want one item", items)
	}
}

// Where the server's address is not its name (web_domain and local_domain),
// people have the name.
func TestHandleHasTheServersName(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	ann := s.Person("ann", sandbox.Called("Ann 柚子"), sandbox.Automated(), sandbox.About("I said #NoBot."), sandbox.FollowedBy(7000))
	c := client1(t, networktest.Before(t, s.URL()).URL)
	_, cursor, err := c.Events(t.Context(), "")
	must(t, err)
	ann.Say("hello", brand)
	events, _, err := c.Events(t.Context(), cursor)
	must(t, err)
	if len(events) != 1 {
		t.Fatalf("%d events", len(events))
	}
	got := events[0].Mention.Author
	if want := (network.Person{ID: strings.ToLower(ann.Handle()), Handle: ann.Handle(), Name: "Ann 柚子", Bot: true, NoBot: true, Followers: got.Followers}); got != want || got.Followers < 7000 {
		t.Errorf("got %+v, want %+v", got, want)
	}
	self, err := c.Verify(t.Context())
	must(t, err)
	if want := s.Person(brand).Handle(); self.Handle != want {
		t.Errorf("we are %q, want %q", self.Handle, want)
	}
	to := network.Person{ID: got.ID, Handle: got.Handle}
	_, err = c.Publish(t.Context(), sealed(t, c, network.Draft{Text: "for you", Direct: true, To: &to}))
	must(t, err)
	if n := len(ann.Inbox()); n != 1 {
		t.Errorf("%d messages arrived", n)
	}
}

// A server that knows no pages answers the newest again and again.
func TestFindEnds(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/verify_credentials") {
			_, _ = w.Write([]byte(`{"id":"1","acct":"pomelo"}`))
			return
		}
		asked.Add(1)
		text, _ := json.Marshal([]map[string]any{{"id": "7", "created_at": time.Now(), "content": "<p>other</p>", "visibility": "public"}})
		_, _ = w.Write(text)
	}))
	t.Cleanup(s.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	c := client1(t, s.URL)
	_, found, err := c.Find(ctx, sealed(t, c, network.Draft{Text: "hello"}), time.Now().Add(-time.Hour), func(string) bool { return false })
	if found || errors.Is(err, context.DeadlineExceeded) || asked.Load() > 3 {
		t.Errorf("found %v, %v, after %d pages", found, err, asked.Load())
	}
}

func TestLimitsAreTheServers(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{Variant: sandbox.Variant{MaxCharacters: 1234}})
	l, err := client1(t, s.URL()).Limits(t.Context())
	must(t, err)
	if l.Text != 1234 || l.URL != 23 || l.Images != 4 || l.Alt != 1500 || l.ImageBytes != 16_777_216 || len(l.ImageTypes) == 0 {
		t.Errorf("got %+v", l)
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		`<p>Hello<br>you</p><p>there</p>`: "Hello\nyou\nthere",
		`<p><span class="h-card"><a href="https://x/@pomelo" class="u-url mention">@<span>pomelo</span></a></span> 促销 &amp; &lt;3 &#39;</p>`:                             "@pomelo 促销 & <3 '",
		`<p><a href="https://shop.example/a"><span class="invisible">https://</span><span class="ellipsis">shop.example</span><span class="invisible">/a</span></a></p>`: "https://shop.example/a",
		`no tags at all`: "no tags at all", ``: "", `<p>a<br/>b</p>`: "a\nb", `<script>alert(1)</script>`: "alert(1)", `<p>open`: "open", `a < b`: "a < b",
	} {
		if got := plain(content); got != want {
			t.Errorf("%s: got %q, want %q", content, got, want)
		}
	}
}

func TestHandles(t *testing.T) {
	t.Parallel()
	for h, ok := range map[string]bool{"ann": true, "ann@social.example": true, "a.n-n_1@social.example:3000": true,
		"@ann@social.example": false, "": false, "ann@": false, "柚子@social.example": false, "ann ": false, "ann@social example": false, "a@b@c": false} {
		if got := Kind().CheckHandle(h); (got == "") != ok {
			t.Errorf("%q: %q", h, got)
		}
	}
}
