package mastodon

import (
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/networktest"
	"magpie/internal/sandbox"
)

func newClient(t *testing.T, server string) *client {
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
		c := newClient(t, s.URL())
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
		c := newClient(t, s.URL())
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
		c := newClient(t, s.URL())
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
		case !silent && (at.Sub(now) > 3*time.Hour || at.UnixNano()%int64(3*time.Hour) != 0 || q.Limit != 1 || q.Remaining != 0 ||
			!q.Reset.Equal(at)):
			t.Errorf("again at %v, quota %+v", at, q)
		}
	}
}
