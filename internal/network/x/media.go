package x

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"time"

	"magpie/internal/network"
)

// chunk is how much of a file one call carries, in bytes.
const chunk = 1 << 20

// uploaded is X's word on a file (GET /2/media/upload, and its siblings).
type uploaded struct {
	Data struct {
		ID         string `json:"id"`
		Processing struct {
			State string `json:"state"`
			After int    `json:"check_after_secs"`
			Error struct {
				Message string `json:"message"`
			} `json:"error"`
		} `json:"processing_info"`
	} `json:"data"`
}

// upload returns the ids of a draft's files. The same file is uploaded once, as
// long as X keeps it.
func (c *client) upload(ctx context.Context, d network.Draft) (ids []string, err error) {
	for _, i := range d.Images {
		category := category(i.Type, d.Direct)
		sum := sha256.Sum256(append([]byte(category+"\x00"+i.Alt+"\x00"), i.Data...))
		id, err := c.file(ctx, hex.EncodeToString(sum[:]), category, i)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func category(kind string, direct bool) string {
	what := "image"
	switch {
	case kind == "image/gif":
		what = "gif"
	case strings.HasPrefix(kind, "video/"):
		what = "video"
	}
	if direct {
		return "dm_" + what
	}
	return "tweet_" + what
}

// file is one that X has.
type file struct {
	id        string
	described bool // it has its alternative text
}

// filesMost is how many are remembered.
const filesMost = 200

func (c *client) file(ctx context.Context, key, category string, i network.Image) (string, error) {
	c.loading.Lock()
	defer c.loading.Unlock()
	c.mu.Lock()
	f := c.media[key]
	c.mu.Unlock()
	var u uploaded
	var err error
	if f.id != "" {
		err = c.do(ctx, call{method: http.MethodGet, path: "/2/media/upload", query: url.Values{"media_id": {f.id}, "command": {"STATUS"}}}, &u)
		if err != nil && network.ReasonOf(err) == network.Refused { // X keeps it no longer
			f.id, err = "", nil
		}
	}
	if f.id == "" {
		f, u, err = c.fresh(ctx, key, category, i)
	}
	if err == nil && u.Data.ID == "" {
		err = rubbish(http.MethodGet)
	}
	if err != nil {
		return "", harmless(err)
	}
	if !f.described {
		if err := c.describe(ctx, f.id, i.Alt); err != nil {
			return "", harmless(err)
		}
		c.note(key, file{f.id, true})
	}
	return f.id, c.processed(key, i.Name, u)
}

func (c *client) note(key string, f file) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.media) >= filesMost {
		clear(c.media)
	}
	c.media[key] = f
}

// fresh uploads a file in pieces (POST /2/media/upload/initialize, append,
// finalize).
func (c *client) fresh(ctx context.Context, key, category string, i network.Image) (f file, u uploaded, err error) {
	body := map[string]any{"media_type": i.Type, "total_bytes": len(i.Data), "media_category": category}
	err = c.do(ctx, call{method: http.MethodPost, path: "/2/media/upload/initialize", body: body}, &u)
	if err == nil && u.Data.ID == "" {
		err = rubbish(http.MethodPost)
	}
	if err != nil {
		return f, u, err
	}
	f.id = u.Data.ID
	for n := 0; n*chunk < len(i.Data); n++ {
		if err := c.append(ctx, f.id, n, i.Data[n*chunk:min((n+1)*chunk, len(i.Data))]); err != nil {
			return f, u, err
		}
	}
	u = uploaded{}
	err = c.do(ctx, call{method: http.MethodPost, path: "/2/media/upload/" + url.PathEscape(f.id) + "/finalize"}, &u)
	if err == nil {
		c.note(key, f)
	}
	return f, u, err
}

func (c *client) append(ctx context.Context, id string, n int, data []byte) error {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	_ = w.WriteField("segment_index", strconv.Itoa(n)) // a bytes.Buffer takes everything
	part, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="media"; filename="blob"`},
		"Content-Type": {"application/octet-stream"}})
	if err != nil {
		return network.Fail(network.Refused, "the file can't be sent: %v", err)
	}
	_, _ = part.Write(data)
	_ = w.Close()
	return c.do(ctx, call{method: http.MethodPost, path: "/2/media/upload/" + url.PathEscape(id) + "/append", raw: b.Bytes(),
		mime: w.FormDataContentType()}, nil)
}

// describe gives a file its alternative text, before the post is made (POST
// /2/media/metadata).
func (c *client) describe(ctx context.Context, id, alt string) error {
	if alt == "" {
		return nil
	}
	body := map[string]any{"id": id, "metadata": map[string]any{"alt_text": map[string]string{"text": alt}}}
	return c.do(ctx, call{method: http.MethodPost, path: "/2/media/metadata", body: body,
		charge: network.Charge{Call: "alt text", For: network.ForPosts, Price: prices["alt text"]}}, nil)
}

// processed tells whether X is done with a file.
func (c *client) processed(key, name string, u uploaded) error {
	p := u.Data.Processing
	switch p.State {
	case "pending", "in_progress":
		return &network.Failure{Reason: network.Busy, AtWork: true, Wait: time.Duration(max(p.After, 1)) * time.Second,
			Err: network.Fail(network.Busy, "X is still working on %s", name)}
	case "failed":
		c.forget(key)
		return network.Fail(network.Refused, "X can't use %s: %s", name, c.quote(nil, p.Error.Message))
	}
	return nil
}

func (c *client) forget(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.media, key)
}
