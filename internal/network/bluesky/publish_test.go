package bluesky

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/networktest"
)

func (b *behind) sealed(t *testing.T, d network.Draft) network.Sealed {
	t.Helper()
	if d.Key == "" {
		d.Key = d.Text
	}
	if d.At.IsZero() {
		d.At = time.Now()
	}
	s, err := b.Prepare(t.Context(), d)
	must(t, err)
	return s
}

// The same bytes are answered alike as often as they are sent, and make one
// record and one event.
func TestPutTwiceIsOneRecord(t *testing.T) {
	t.Parallel()
	b := newBehind(t)
	s := b.sealed(t, network.Draft{Text: "Sale at https://shop.example.com for @" + b.account.Handle + " #sale 柚子", Language: "en",
		Images: []network.Image{networktest.Picture("a.png", 1)}})
	if s.Replay != network.Exact {
		t.Errorf("replay %q", s.Replay)
	}
	first, err := b.Publish(t.Context(), s)
	must(t, err)
	for range 3 {
		again, err := b.again(t, b.session, "").Publish(t.Context(), s)
		must(t, err)
		if again != first {
			t.Errorf("got %+v, want %+v", again, first)
		}
	}
	bodies := b.proxy.Requests(putRecord)
	for _, r := range bodies {
		if string(r.Body) != string(bodies[0].Body) {
			t.Errorf("other bytes:\n%s\n%s", bodies[0].Body, r.Body)
		}
	}
	posts, err := b.account.Posts(t.Context())
	must(t, err)
	if len(posts) != 1 {
		t.Fatalf("%d posts", len(posts))
	}
	b.facetTypes(t, posts[0].Value, "link", "mention", "tag")
}

func (b *behind) facetTypes(t *testing.T, value map[string]any, want ...string) {
	t.Helper()
	text, err := json.Marshal(value)
	must(t, err)
	var x record
	must(t, json.Unmarshal(text, &x))
	var got []string
	for _, f := range x.Facets {
		got = append(got, strings.TrimPrefix(f.Features[0].Type, "app.bsky.richtext.facet#"))
	}
	if !slices.Equal(got, want) {
		t.Errorf("facets %q, want %q", got, want)
	}
	if x.Facets[1].Features[0].DID != b.account.DID {
		t.Errorf("names %q, want %q", x.Facets[1].Features[0].DID, b.account.DID)
	}
}

// Another text under the key of a post that is out changes nothing.
func TestChangedPostIsRefused(t *testing.T) {
	t.Parallel()
	b := newBehind(t)
	at := time.Now()
	_, err := b.Publish(t.Context(), b.sealed(t, network.Draft{Key: "k", Text: "30% off", At: at}))
	must(t, err)
	_, err = b.Publish(t.Context(), b.sealed(t, network.Draft{Key: "k", Text: "50% off", At: at}))
	if network.ReasonOf(err) != network.Refused || !strings.Contains(err.Error(), "InvalidSwap") {
		t.Errorf("got %v, want refused: InvalidSwap", err)
	}
	posts, err := b.account.Posts(t.Context())
	must(t, err)
	if len(posts) != 1 || posts[0].Text() != "30% off" {
		t.Errorf("got %v", posts)
	}
}

// A blob that was collected is uploaded again by preparing once more.
func TestLostBlobIsBusy(t *testing.T) {
	t.Parallel()
	b := newBehind(t)
	s := b.sealed(t, network.Draft{Text: "look", Images: []network.Image{networktest.Picture("a.png", 9)}})
	other := newBehind(t) // never uploaded to this one
	_, err := other.Publish(t.Context(), s)
	if network.ReasonOf(err) != network.Busy {
		t.Errorf("got %v, want busy", err)
	}
}

func TestWhatIsNoPictureIsRefused(t *testing.T) {
	t.Parallel()
	b := newBehind(t)
	s := b.sealed(t, network.Draft{Text: "look", Images: []network.Image{{Name: "a.txt", Type: "text/plain", Alt: "words",
		Data: []byte("words")}}})
	if _, err := b.Publish(t.Context(), s); network.ReasonOf(err) != network.Refused {
		t.Errorf("got %v, want refused", err)
	}
	if _, err := b.Publish(t.Context(), network.Sealed{Body: []byte("{rubbish")}); network.ReasonOf(err) != network.Refused {
		t.Errorf("a stored post that can't be read: got %v, want refused", err)
	}
}

// Every key makes a valid TID of its own, that sorts by time.
func TestRecordKeys(t *testing.T) {
	t.Parallel()
	valid := regexp.MustCompile(`^[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}$`)
	at := time.Date(2027, 11, 26, 9, 0, 0, 0, time.UTC)
	seen := map[string]bool{}
	for i := range 2000 {
		k := rkey(fmt.Sprint("key ", i), at)
		if !valid.MatchString(k) || seen[k] || k != rkey(fmt.Sprint("key ", i), at) {
			t.Fatalf("key %d: %q", i, k)
		}
		seen[k] = true
	}
	if early, late := rkey("z", at), rkey("a", at.Add(3*time.Second)); early >= late {
		t.Errorf("%q is not before %q", early, late)
	}
}

// 5xx answers and lost ones leave it open; what the PDS says of itself does not.
func TestReasonsByName(t *testing.T) {
	t.Parallel()
	b := newBehind(t)
	s := b.sealed(t, network.Draft{Text: "hello"})
	for body, want := range map[string]network.Reason{
		`400 {"error":"InvalidRequest","message":"Invalid app.bsky.feed.post record"}`:            network.Refused,
		`400 {"error":"InvalidToken","message":"Token could not be verified"}`:                    network.SignedOut,
		`401 {"error":"AuthMissing","message":"Authentication Required"}`:                         network.SignedOut,
		`400 {"error":"AccountTakedown","message":"Account has been taken down"}`:                 network.SignedOut,
		`400 {"error":"AccountDeactivated","message":"Account is deactivated"}`:                   network.SignedOut,
		`400 {"error":"RepoTakendown","message":"Repo has been takendown"}`:                       network.SignedOut,
		`400 {"error":"BlobNotFound","message":"Could not find blob: bafkrei"}`:                   network.Busy,
		`429 {"error":"RateLimitExceeded","message":"Rate Limit Exceeded"}`:                       network.Busy,
		`500 {"error":"InternalServerError","message":"Internal Server Error"}`:                   network.Unknown,
		`502 {"error":"UpstreamFailure","message":"pipethrough network error"}`:                   network.Unknown,
		`413 {"error":"PayloadTooLarge","message":"request entity too large"}`:                    network.Refused,
		`501 {"error":"MethodNotImplemented","message":"Method Not Implemented"}`:                 network.Unknown,
		`408 {"error":"RequestTimeout","message":"the proxy waited too long for the rest of it"}`: network.Busy,
	} {
		status, text, _ := strings.Cut(body, " ")
		var code int
		_, err := fmt.Sscan(status, &code)
		must(t, err)
		b.proxy.Next(putRecord, networktest.Spoil{Answer: &networktest.Answer{Status: code, Body: text,
			Header: http.Header{"Content-Type": {"application/json"}}}})
		if _, err := b.Publish(t.Context(), s); network.ReasonOf(err) != want {
			t.Errorf("%s: got %q, %v; want %q", body, network.ReasonOf(err), err, want)
		}
	}
}

func TestHandles(t *testing.T) {
	t.Parallel()
	for h, ok := range map[string]bool{"pomelo.bsky.social": true, "pomelo.example.com": true, "xn--abc.example.com": true, "a.test": true,
		"pomelo": false, "@pomelo.test": false, "pomelo.test ": false, "": false, "a..test": false, "-a.test": false, "柚子.test": false,
		strings.Repeat("a.", 130) + "test": false, "https://pomelo.test": false, "pomelo@example.com": false} {
		if got := Kind().CheckHandle(h); (got == "") != ok {
			t.Errorf("%q: %q", h, got)
		}
	}
}
