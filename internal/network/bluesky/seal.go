package bluesky

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"image"
	_ "image/gif"  // decoders for the pictures' sizes
	_ "image/jpeg" // the same
	_ "image/png"  // the same
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"magpie/internal/network"
)

// sealed is what Sealed.Body holds here: a record to put, or a chat message.
type sealed struct {
	Key    string   `json:"rkey,omitempty"`
	Record *record  `json:"record,omitempty"`
	Chat   *message `json:"chat,omitempty"`
}

// record is a post (lexicon app.bsky.feed.post).
type record struct {
	Type    string   `json:"$type"`
	Text    string   `json:"text"`
	Created string   `json:"createdAt"`
	Langs   []string `json:"langs,omitempty"`
	Facets  []facet  `json:"facets,omitempty"`
	Reply   *reply   `json:"reply,omitempty"`
	Embed   *embed   `json:"embed,omitempty"`
}

type reply struct {
	Root   strong `json:"root"`
	Parent strong `json:"parent"`
}

type strong struct {
	URI string `json:"uri"`
	CID string `json:"cid"`
}

type embed struct {
	Type   string    `json:"$type"`
	Images []picture `json:"images"`
}

type picture struct {
	Image json.RawMessage `json:"image"`
	Alt   string          `json:"alt"`
	Ratio *ratio          `json:"aspectRatio,omitempty"`
}

type ratio struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

// message is a chat message; the convo is found when it is prepared.
type message struct {
	Convo  string  `json:"convoId"`
	Text   string  `json:"text"`
	Facets []facet `json:"facets,omitempty"`
}

// ref is what network.Ref holds here: a post and its root, or a chat message.
type ref struct {
	URI   string `json:"uri,omitempty"`
	CID   string `json:"cid,omitempty"`
	Root  strong `json:"root,omitzero"`
	Convo string `json:"convo,omitempty"`
	ID    string `json:"id,omitempty"`
}

func parseRef(r network.Ref) (x ref) {
	_ = json.Unmarshal([]byte(r), &x)
	return x
}

// Prepare implements network.Client: it resolves names, uploads pictures (the
// same bytes give the same blob) and finds the conversation of a direct post.
func (c *client) Prepare(ctx context.Context, d network.Draft) (network.Sealed, error) {
	fs, err := facets(ctx, d.Text, c.resolve)
	if err != nil {
		return network.Sealed{}, err
	}
	var s sealed
	replay := network.Exact
	if d.Direct || parseRef(d.ReplyTo).Convo != "" { // what was said in a group is answered to its author alone
		replay = network.Blind
		s.Chat, err = c.message(ctx, d, fs)
	} else {
		s.Key = rkey(d.Key, d.At)
		s.Record, err = c.record(ctx, d, fs)
	}
	if err != nil {
		return network.Sealed{}, err
	}
	body, err := json.Marshal(s)
	if err != nil {
		return network.Sealed{}, network.Fail(network.Refused, "the post can't be written: %v", err)
	}
	return network.Sealed{Body: body, Key: d.Key, Text: d.Text, Replay: replay}, nil
}

func (c *client) record(ctx context.Context, d network.Draft, fs []facet) (*record, error) {
	r := &record{Type: "app.bsky.feed.post", Text: d.Text, Facets: fs,
		Created: d.At.UTC().Format("2006-01-02T15:04:05.000Z")}
	if d.Language != "" {
		r.Langs = []string{d.Language}
	}
	if d.ReplyTo != "" {
		x := parseRef(d.ReplyTo)
		if x.CID == "" {
			var err error
			if x, err = c.ours(ctx, x.URI); err != nil {
				return nil, err
			}
		}
		parent := strong{x.URI, x.CID}
		r.Reply = &reply{Root: cmp.Or(x.Root, parent), Parent: parent}
	}
	for _, i := range d.Images {
		p, err := c.picture(ctx, i)
		if err != nil {
			return nil, err
		}
		if r.Embed == nil {
			r.Embed = &embed{Type: "app.bsky.embed.images"}
		}
		r.Embed.Images = append(r.Embed.Images, p)
	}
	return r, nil
}

// ours is what it takes to go on from a post of ours: its hash, and the first post
// of the thread if it is not that itself.
func (c *client) ours(ctx context.Context, uri string) (ref, error) {
	parts := strings.Split(strings.TrimPrefix(uri, "at://"), "/")
	if len(parts) != 3 {
		return ref{}, network.Fail(network.Refused, "the post before it in the thread can't be read")
	}
	var got struct {
		strong
		Value struct {
			Reply *reply `json:"reply"`
		} `json:"value"`
	}
	q := url.Values{"repo": {parts[0]}, "collection": {parts[1]}, "rkey": {parts[2]}}
	if err := c.call(ctx, xrpc{nsid: "com.atproto.repo.getRecord", query: q}, &got); err != nil {
		return ref{}, err
	}
	if got.CID == "" {
		return ref{}, rubbish(network.Busy, "a request for a post")
	}
	x := ref{URI: uri, CID: got.CID}
	if got.Value.Reply != nil {
		x.Root = got.Value.Reply.Root
	}
	return x, nil
}

func (c *client) picture(ctx context.Context, i network.Image) (picture, error) {
	var out struct {
		Blob json.RawMessage `json:"blob"`
	}
	err := harmless(c.call(ctx, xrpc{nsid: "com.atproto.repo.uploadBlob", raw: i.Data, mime: i.Type}, &out))
	if err == nil && (len(out.Blob) == 0 || string(out.Blob) == "null") {
		err = rubbish(network.Busy, "the upload of "+i.Name)
	}
	if err != nil {
		return picture{}, err
	}
	p := picture{Image: out.Blob, Alt: i.Alt}
	if size, _, err := image.DecodeConfig(bytes.NewReader(i.Data)); err == nil {
		p.Ratio = &ratio{size.Width, size.Height}
	}
	return p, nil
}

func (c *client) message(ctx context.Context, d network.Draft, fs []facet) (*message, error) {
	m := &message{Text: d.Text, Facets: fs}
	if convo := parseRef(d.ReplyTo).Convo; convo != "" {
		alone, err := c.alone(ctx, convo)
		if err != nil && network.ReasonOf(err) != network.Refused {
			return nil, err
		}
		if alone {
			m.Convo = convo
			return m, nil
		} // a group: the author is written to alone
	}
	who, err := c.recipient(ctx, d.To)
	if err != nil {
		return nil, err
	}
	if who == "" {
		return nil, network.Fail(network.Refused, "the recipient's handle is not known on Bluesky")
	}
	var out struct {
		Convo struct {
			ID string `json:"id"`
		} `json:"convo"`
	}
	err = c.call(ctx, xrpc{nsid: "chat.bsky.convo.getConvoForMembers", query: url.Values{"members": {who}}, chat: true}, &out)
	m.Convo = out.Convo.ID
	return m, err
}

// recipient is the DID of whom a direct post is for, "" if nobody knows it.
func (c *client) recipient(ctx context.Context, to *network.Person) (string, error) {
	switch {
	case to == nil:
		return "", nil
	case to.ID != "":
		return to.ID, nil
	}
	return c.resolve(ctx, to.Handle)
}

// resolve returns the DID of a handle, or "" where nobody has it.
func (c *client) resolve(ctx context.Context, handle string) (string, error) {
	var out struct {
		DID string `json:"did"`
	}
	err := c.call(ctx, xrpc{nsid: "com.atproto.identity.resolveHandle", query: url.Values{"handle": {handle}}}, &out)
	if network.ReasonOf(err) == network.Refused && err != nil {
		return "", nil
	}
	return out.DID, err
}

const base32 = "234567abcdefghijklmnopqrstuvwxyz"

// rkey is a TID (atproto specification, Record Key): the second of at, and
// below it 30 bits of the post's key in place of microseconds and clock id.
func rkey(key string, at time.Time) string {
	bits := (uint64(at.UnixMicro())<<10)&^(1<<30-1)&(1<<63-1) | low(key)
	out := make([]byte, 13)
	for i := range out {
		out[12-i] = base32[bits>>(5*i)&31]
	}
	return string(out)
}

// low are the bits of a record key that come of the post's key.
func low(key string) uint64 {
	sum := sha256.Sum256([]byte(key))
	return uint64(binary.BigEndian.Uint32(sum[:4])) & (1<<30 - 1)
}

// made tells whether the record at an address has a key that rkey made of key.
func made(address, key string) bool {
	var bits uint64
	for _, c := range path.Base(address) {
		bits = bits<<5 | uint64(max(strings.IndexRune(base32, c), 0)) //nolint:gosec // 0 to 31
	}
	return len(path.Base(address)) == 13 && bits&(1<<30-1) == low(key)
}

func sortFacets(all []facet) {
	slices.SortStableFunc(all, func(a, b facet) int { return a.Index.Start - b.Index.Start })
}
