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
		for _, c := range []network.Client{c, newClient(t, s.URL())} {
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
	c := newClient(t, networktest.Before(t, s.URL()).URL)
	_, cursor, err := c.Events(t.Context(), "")
	must(t, err)
	ann.Say("hello", brand)
	events, _, err := c.Events(t.Context(), cursor)
	must(t, err)
	if len(events) != 1 {
		t.Fatalf("%d events", len(events))
	}
	got := events[0].Mention.Author
	if want := (network.Person{ID: strings.ToLower(ann.Handle()), Handle: ann.Handle(), Name: "Ann 柚子", Bot: true, NoBot: true,
		Followers: got.Followers}); got != want || got.Followers < 7000 {
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

// Names that are in our text are no proof against it being found: the server
// may not know somebody, or know a person by another host's name.
func TestFindKnowsItsNames(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	far, other, local := s.Person("ann@far.example"), s.Person("ann@other.example"), s.Person("li")
	c := newClient(t, networktest.Before(t, s.URL()).URL)
	none := func(string) bool { return false }
	for name, d := range map[string]network.Draft{
		"somebody unknown":    {Text: "hello @ghost@nowhere.example, hello @ann@far.example"},
		"nobody known":        {Text: "hello @ghost@nowhere.example"},
		"a local person":      {Text: "hello @" + local.Handle()},
		"one without a host":  {Text: "hello @li and @ann@far.example"},
		"a direct post":       {Text: "hello", Direct: true, To: &network.Person{Handle: far.Handle()}},
		"a direct post here":  {Text: "hello you", Direct: true, To: &network.Person{Handle: local.Handle()}},
		"the same name twice": {Text: "hello @ann@far.example and @ann@other.example"},
	} {
		d.Key = name
		post := sealed(t, c, d)
		receipt, err := c.Publish(t.Context(), post)
		must(t, err)
		got, found, err := c.Find(t.Context(), post, time.Now().Add(-time.Minute), none)
		if must(t, err); !found || got != receipt {
			t.Errorf("%s: found %v, %+v", name, found, got)
		}
	}
	never := sealed(t, c, network.Draft{Key: "other", Text: "hello", Direct: true, To: &network.Person{Handle: other.Handle()}})
	if _, found, err := c.Find(t.Context(), never, time.Now().Add(-time.Minute), none); err != nil || found {
		t.Errorf("what went to one ann was taken for what is for another: %v, %v", found, err)
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
		if strings.HasSuffix(r.URL.Path, "/instance") {
			_, _ = w.Write([]byte(`{"version":"4.5.0"}`))
			return
		}
		asked.Add(1)
		text, _ := json.Marshal([]map[string]any{{"id": "7", "created_at": time.Now(), "content": "<p>other</p>", "visibility": "public"}})
		_, _ = w.Write(text)
	}))
	t.Cleanup(s.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	c := newClient(t, s.URL)
	_, found, err := c.Find(ctx, sealed(t, c, network.Draft{Text: "hello"}), time.Now().Add(-time.Hour), func(string) bool { return false })
	if found || errors.Is(err, context.DeadlineExceeded) || asked.Load() > 3 {
		t.Errorf("found %v, %v, after %d pages", found, err, asked.Load())
	}
}
