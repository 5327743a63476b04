package bluesky

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"magpie/internal/media"
	"magpie/internal/network"
)

const (
	entryway    = "https://bsky.social"
	publicChat  = "did:web:api.bsky.chat"
	chatText    = 1000   // graphemes (lexicon chat.bsky.convo.defs#messageInput)
	chatBytes   = 10_000 // bytes (same)
	sessionFail = "sign in again with an app password (Settings → Privacy and security → App passwords)"
)

// defaults after the lexicons app.bsky.feed.post and app.bsky.embed.images;
// pictures stay below the 1 MB of older servers. A GIF would stand still there,
// and videos go by a service of their own.
var defaults = network.Limits{
	Text: 300, Bytes: 3000, Direct: chatText, Alt: 10_000, FilesAnswer: 4,
	Media: media.Rules{Who: "Bluesky", Pictures: media.Limit{Count: 4, Types: []string{"image/jpeg", "image/png"}, Bytes: 1_000_000,
		Width: 4000, Height: 4000}},
}

// Kind describes Bluesky.
func Kind() network.Kind {
	return network.Kind{
		Name: "bluesky", Limits: defaults, Made: made, Private: "chat message",
		Needs:       map[string]string{"handle": "Bluesky needs the handle to sign in: handle: brand.bsky.social"},
		Credentials: "App password (Settings → App passwords, with access to direct messages)",
		CheckHandle: checkHandle, Measure: measure, Open: open,
		Address: func(text, _ string) string { return text }, Clickable: canBeClicked,
		Shown: addressed,
		Item:  func(r network.Ref) string { return parseRef(r).URI },
		Ref:   func(id string) network.Ref { r, _ := json.Marshal(ref{URI: id}); return network.Ref(r) }, // strings can't fail
	}
}

// pageURL is where people see a post.
var pageURL = regexp.MustCompile(`/profile/([^/]+)/post/([a-z2-7]{13})`)

func addressed(address, self string) string {
	m := pageURL.FindStringSubmatch(address)
	switch {
	case strings.HasPrefix(address, "at://"):
		return address
	case m != nil && strings.HasPrefix(m[1], "did:"):
		self = m[1]
	}
	if m == nil || self == "" {
		return ""
	}
	return "at://" + self + "/" + posts + "/" + m[2]
}

// handleRule is the atproto handle syntax: at least two labels.
var handleRule = regexp.MustCompile(`^([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$`)

func checkHandle(h string) string {
	if handleRule.MatchString(h) && len(h) <= 253 {
		return ""
	}
	return "a Bluesky handle looks like name.bsky.social"
}

// measure counts graphemes, and bytes where those are the tighter limit.
func measure(text string, direct bool, l network.Limits) network.Size {
	limit, bytes := l.Text, l.Bytes
	if direct {
		limit, bytes = chatText, chatBytes
	}
	if len(text) > bytes {
		return network.Size{Count: len(text), Limit: bytes, Unit: "bytes"}
	}
	return network.Size{Count: count(text), Limit: limit, Unit: "characters"}
}

// count counts extended grapheme clusters.
func count(text string) (n int) {
	for g := graphemes.FromString(text); g.Next(); {
		n++
	}
	return n
}

// client is one account. tokens and quota are guarded by mu; signing holds
// whoever signs in or refreshes, so that one does it for all.
type client struct {
	settings network.Settings
	signing  sync.Mutex
	mu       sync.Mutex
	tokens   *tokens
	quota    network.Quota
	convos   map[string]bool // conversation → it is with one person alone
}

func open(s network.Settings) (network.Client, error) {
	if s.Secret == "" && s.Session == nil {
		return nil, network.Fail(network.SignedOut, "no app password")
	}
	if s.Server == "" {
		s.Server = entryway
	}
	if s.ChatDID == "" {
		s.ChatDID = publicChat
	}
	return &client{settings: s}, nil
}

// Format prints no more than what this is, however it is printed.
func (c *client) Format(f fmt.State, _ rune) { fmt.Fprint(f, "an account on "+c.settings.Server) }

func (c *client) Quota() network.Quota {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.quota
}
