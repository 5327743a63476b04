package bluesky

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"magpie/internal/network"
)

// groups is a server with two conversations: one with eve alone, and one that may be a group in which she has written.
type groups struct {
	convo   string // what getConvo says of the second, and getConvoForMembers of the first with another id
	refuses int    // the status of getConvo; 0: it answers
	mu      sync.Mutex
	sent    []string // convo and text of each message
}

const (
	me, eve   = "did:plc:me", "did:plc:eve"
	directOne = `{"id":"alone","rev":"1","members":[{"did":"` + me + `"},{"did":"` + eve +
		`"}],"kind":{"$type":"chat.bsky.convo.defs#directConvo"},"unreadCount":0,"muted":false}`
	groupOne = `{"id":"second","rev":"1","members":[{"did":"` + me + `"},{"did":"` + eve + `"},{"did":"did:plc:bob"}],` +
		`"kind":{"$type":"chat.bsky.convo.defs#groupConvo","name":"Deals"},"unreadCount":1,"muted":false}`
)

func (g *groups) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	said := func(s string) { _, _ = io.WriteString(w, s) }
	switch nsid := strings.TrimPrefix(r.URL.Path, "/xrpc/"); nsid {
	case "com.atproto.server.createSession", "com.atproto.server.getSession":
		said(`{"accessJwt":"a","refreshJwt":"r","did":"` + me + `","handle":"shop.test","active":true}`)
	case "app.bsky.notification.listNotifications":
		said(`{"notifications":[]}`)
	case "app.bsky.actor.getProfile":
		said(`{"did":"` + eve + `","handle":"eve.test"}`)
	case "chat.bsky.convo.getLog":
		if r.URL.Query().Get("cursor") != "" {
			said(`{"cursor":"2","logs":[]}`)
			return
		}
		said(`{"cursor":"2","logs":[{"$type":"chat.bsky.convo.defs#logCreateMessage","rev":"2","convoId":"second",` +
			`"message":{"$type":"chat.bsky.convo.defs#messageView",` +
			`"id":"m1","rev":"2","text":"a deal please","sender":{"did":"` + eve + `"},"sentAt":"2026-11-21T12:00:00Z"}}]}`)
	case "chat.bsky.convo.getConvo", "chat.bsky.convo.listConvos":
		if g.refuses != 0 {
			w.WriteHeader(g.refuses)
			said(`{"error":"InternalServerError","message":"not now"}`)
			return
		}
		if nsid == "chat.bsky.convo.listConvos" {
			said(`{"convos":[` + g.convo + `,` + directOne + `]}`)
			return
		}
		said(`{"convo":` + map[bool]string{true: directOne, false: g.convo}[r.URL.Query().Get("convoId") == "alone"] + `}`)
	case "chat.bsky.convo.getConvoForMembers":
		said(`{"convo":` + directOne + `}`)
	case "chat.bsky.convo.sendMessage":
		var m struct {
			ConvoID string
			Message struct{ Text string }
		}
		_ = json.NewDecoder(r.Body).Decode(&m)
		g.mu.Lock()
		defer g.mu.Unlock()
		g.sent = append(g.sent, m.ConvoID+": "+m.Message.Text)
		said(`{"id":"m2","rev":"3","text":"x","sender":{"did":"` + me + `"},"sentAt":"2026-11-21T12:00:01Z"}`)
	default:
		http.NotFound(w, r)
	}
}

// answered hears what eve wrote, and answers her with a code.
func (g *groups) answered(t *testing.T) (heard *network.Mention, err error) {
	t.Helper()
	s := httptest.NewServer(g)
	t.Cleanup(s.Close)
	c, err := Kind().Open(network.Settings{Server: s.URL, Handle: "shop.test", Secret: "app-password", Session: &memory{},
		HTTP: network.HTTPClient(5 * time.Second)})
	must(t, err)
	reads, _ := json.Marshal(position{At: "2026-11-21T11:00:00Z", Reads: true})
	events, _, err := c.Events(t.Context(), string(reads))
	to := ref{Convo: "second", ID: "m1"} // as it was kept before groups were known
	text, _ := json.Marshal(to)
	d := network.Draft{Key: "k", Text: "Here you are, Eve: BF30-7K2M-QQ91", Direct: true, To: &network.Person{ID: eve,
		Handle: "eve.test"}, ReplyTo: network.Ref(text), At: time.Now()}
	if len(events) == 1 && events[0].Mention != nil {
		heard = events[0].Mention
		d.ReplyTo = heard.Ref
	}
	sealed, err := c.Prepare(t.Context(), d)
	if err == nil {
		_, err = c.Publish(t.Context(), sealed)
	}
	return heard, err
}

// What is personal is never written into a group: it goes to the author alone, or nowhere.
func TestGroupChat(t *testing.T) {
	t.Parallel()
	for name, g := range map[string]*groups{
		"a group":           {convo: groupOne},
		"of two":            {convo: strings.Replace(groupOne, `,{"did":"did:plc:bob"}`, "", 1)},
		"of a kind to come": {convo: strings.Replace(groupOne, "groupConvo", "channelConvo", 1)},
		"of no kind, but three": {convo: strings.Replace(groupOne, `"kind":{"$type":"chat.bsky.convo.defs#groupConvo","name":"Deals"},`,
			"", 1)},
		"that can't be looked at": {convo: groupOne, refuses: http.StatusInternalServerError},
		"that is gone":            {convo: groupOne, refuses: http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			heard, err := g.answered(t)
			if slices.ContainsFunc(g.sent, func(s string) bool { return strings.HasPrefix(s, "second: ") }) {
				t.Errorf("the group reads %q", g.sent)
			}
			if err == nil && len(g.sent) == 0 {
				t.Error("it is said to be out, and nobody got it")
			}
			if g.refuses == 0 && heard != nil && heard.Direct {
				t.Error("what is written in a group counts as private")
			}
		})
	}
	t.Run("eve alone", func(t *testing.T) {
		t.Parallel()
		g := &groups{convo: strings.Replace(directOne, "alone", "second", 1)}
		heard, err := g.answered(t)
		if err != nil || heard == nil || !heard.Direct || !slices.Equal(g.sent, []string{"second: Here you are, Eve: BF30-7K2M-QQ91"}) {
			t.Errorf("heard %+v, sent %q, %v", heard, g.sent, err)
		}
	})
}
