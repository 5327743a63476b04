package bluesky

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/bluesky/localnet"
	"magpie/internal/network/networktest"
)

// target makes an account on the local network, for the suite.
func target(t *testing.T) networktest.Target {
	a, session := newAccount(t), &memory{}
	return networktest.Target{
		Kind: Kind(),
		Settings: network.Settings{Server: local.PDS, Handle: a.Handle, Secret: network.Secret(a.AppPassword),
			Session: session, ChatDID: local.ChatDID},
		World: &world{account: a},
		Crowd: 105,
		Wire: networktest.Wire{
			Publish: "POST /xrpc/com.atproto.repo.putRecord",
			Direct:  "POST /xrpc/chat.bsky.convo.sendMessage",
			Upload:  "POST /xrpc/com.atproto.repo.uploadBlob",
			Refusal: refusal,
			Later: func(until time.Time) http.Header {
				return http.Header{"Ratelimit-Reset": {strconv.FormatInt(until.Unix(), 10)}, "Ratelimit-Limit": {"30"}, "Ratelimit-Remaining": {"0"}}
			},
			Quota: func(limit, remaining int, reset time.Time) http.Header {
				return http.Header{"Ratelimit-Limit": {strconv.Itoa(limit)}, "Ratelimit-Remaining": {strconv.Itoa(remaining)},
					"Ratelimit-Reset": {strconv.FormatInt(reset.Unix(), 10)}, "Ratelimit-Policy": {strconv.Itoa(limit) + ";w=300"}}
			},
		},
		Secrets: func() []string { return append(jwts(session), a.AppPassword) },
	}
}

// refusal has the names that the servers give their errors.
func refusal(status int, why string) string {
	names := map[int]string{400: "InvalidRequest", 401: "AuthMissing", 403: "Forbidden", 404: "NotFound", 410: "Gone", 413: "PayloadTooLarge",
		422: "InvalidRecord", 429: "RateLimitExceeded", 500: "InternalServerError", 502: "UpstreamFailure", 503: "NotEnoughResources",
		504: "UpstreamTimeout"}
	text, _ := json.Marshal(map[string]string{"error": names[status], "message": why}) // strings can't fail
	return string(text)
}

// jwts are all tokens that were ever saved.
func jwts(m *memory) (all []string) {
	for _, s := range m.all() {
		var t tokens
		if json.Unmarshal([]byte(s.Reveal()), &t) == nil {
			all = append(all, t.Access, t.Refresh)
		}
	}
	return all
}

// world is what surrounds an account.
type world struct {
	account *localnet.Account
	mu      sync.Mutex
	people  []*person
}

// Posts are in the order of their times: the server's is by keys, and ours of one second are in none.
func (w *world) Posts(t *testing.T) (all []networktest.Seen) {
	t.Helper()
	records, err := w.account.Posts(t.Context())
	must(t, err)
	created := map[string]string{}
	for _, r := range slices.Backward(records) {
		var x record
		text, err := json.Marshal(r.Value)
		must(t, err)
		must(t, json.Unmarshal(text, &x))
		seen := networktest.Seen{ID: r.URI, Text: x.Text, Images: w.images(t, x)}
		created[r.URI] = x.Created
		if len(x.Langs) > 0 {
			seen.Language = x.Langs[0]
		}
		if x.Reply != nil {
			seen.ReplyTo = x.Reply.Parent.URI
		}
		all = append(all, seen)
	}
	slices.SortStableFunc(all, func(a, b networktest.Seen) int { return strings.Compare(created[a.ID], created[b.ID]) })
	return all
}

func (w *world) images(t *testing.T, x record) (all []network.Image) {
	t.Helper()
	if x.Embed == nil {
		return nil
	}
	for _, i := range x.Embed.Images {
		var blob struct {
			Ref struct {
				Link string `json:"$link"`
			} `json:"ref"`
		}
		must(t, json.Unmarshal(i.Image, &blob))
		address := local.PDS + "/xrpc/com.atproto.sync.getBlob?" + url.Values{"did": {w.account.DID}, "cid": {blob.Ref.Link}}.Encode()
		all = append(all, network.Image{Alt: i.Alt, Data: fetch(t, address)})
	}
	return all
}

func (w *world) Public(t *testing.T) (all []string) {
	t.Helper()
	for _, p := range w.Posts(t) {
		all = append(all, p.Text)
	}
	return all
}

func (w *world) Person(t *testing.T) networktest.Person {
	t.Helper()
	p := &person{Account: newAccount(t), w: w}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.people = append(w.people, p)
	return p
}

// Crowd is slow to make: each has keys and a password of its own. Under load
// the app view loses a follow now and then: that one is written again.
func (w *world) Crowd(t *testing.T, n int) (all []network.Person) {
	t.Helper()
	people := make([]*person, n)
	var wg sync.WaitGroup
	work := make(chan int)
	for range 4 {
		wg.Go(func() {
			for i := range work {
				people[i] = &person{Account: newAccount(t), w: w}
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	wg.Wait()
	for _, p := range people {
		all = append(all, p.Self())
	}
	missing := people
	for range 3 {
		for _, p := range missing {
			p.Follow(t)
		}
		if missing = w.unseen(t, missing); len(missing) == 0 {
			return all
		}
	}
	t.Fatalf("the app view does not show %d of %d followers", len(missing), n)
	return nil
}

// unseen are the people whom the app view does not list as followers, though
// they have had some time.
func (w *world) unseen(t *testing.T, people []*person) []*person {
	t.Helper()
	late := time.After(10 * time.Second)
	for {
		people = slices.DeleteFunc(slices.Clone(people), func(p *person) bool { return w.follower(t, p.DID) })
		if len(people) == 0 {
			return nil
		}
		select {
		case <-late:
			return people
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// follower asks the app view about one person.
func (w *world) follower(t *testing.T, did string) bool {
	t.Helper()
	var out struct {
		Relationships []struct{ FollowedBy string }
	}
	must(t, w.account.Query(t.Context(), "app.bsky.graph.getRelationships", url.Values{"actor": {w.account.DID}, "others": {did}}, &out))
	return len(out.Relationships) == 1 && out.Relationships[0].FollowedBy != ""
}

func (w *world) DropStreams(*testing.T) {}

// person is somebody on the network.
type person struct {
	*localnet.Account
	w *world
}

func (p *person) Self() network.Person { return network.Person{ID: p.DID, Handle: p.Handle} }

func (p *person) Mention(t *testing.T, text string) string {
	t.Helper()
	uri, _, err := p.Account.Mention(t.Context(), p.w.account, text)
	must(t, err)
	return uri
}

// Answer waits for the post to be indexed: otherwise nobody is notified.
func (p *person) Answer(t *testing.T, id, text string) string {
	t.Helper()
	must(t, local.WaitIndexed(t.Context(), p.Account, id))
	parent, root := p.strong(t, id)
	uri, _, err := p.Reply(t.Context(), root.URI, root.CID, parent.URI, parent.CID, text)
	must(t, err)
	return uri
}

// strong returns the reference of a post, and that of the root of its thread.
func (p *person) strong(t *testing.T, uri string) (post, root strong) {
	t.Helper()
	var shown struct {
		Posts []struct {
			URI, CID string
			Record   record
		}
	}
	must(t, p.Query(t.Context(), "app.bsky.feed.getPosts", url.Values{"uris": {uri}}, &shown))
	post = strong{shown.Posts[0].URI, shown.Posts[0].CID}
	if r := shown.Posts[0].Record.Reply; r != nil {
		return post, r.Root
	}
	return post, post
}

func (p *person) Message(t *testing.T, text string) {
	t.Helper()
	must(t, p.Chat(t.Context(), p.w.account.DID, text))
}

func (p *person) Follow(t *testing.T) {
	t.Helper()
	must(t, p.Account.Follow(t.Context(), p.w.account.DID))
}

// Inbox leaves out what this person wrote.
func (p *person) Inbox(t *testing.T) (all []string) {
	t.Helper()
	texts, err := p.ChatsWith(t.Context(), p.w.account.DID)
	must(t, err)
	return slices.DeleteFunc(texts, func(s string) bool { return strings.Contains(s, "it does not work") })
}

func fetch(t *testing.T, address string) []byte {
	t.Helper()
	r, err := network.Request(t.Context(), http.MethodGet, address, nil)
	must(t, err)
	a, err := network.Do(http.DefaultClient, r)
	must(t, err)
	if a.Status != http.StatusOK {
		t.Fatalf("%s: %d %s", address, a.Status, a.Body)
	}
	return a.Body
}
