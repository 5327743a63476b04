package mastodon

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"time"

	"magpie/internal/network"
)

// post is the body of POST /api/v1/statuses.
type post struct {
	Status     string   `json:"status"`
	InReplyTo  string   `json:"in_reply_to_id,omitempty"`
	Media      []string `json:"media_ids,omitempty"`
	Visibility string   `json:"visibility"`
	Language   string   `json:"language,omitempty"`
}

// ref is what network.Ref holds here.
type ref struct {
	ID string `json:"id"`
}

func parseRef(r network.Ref) (x ref) {
	_ = json.Unmarshal([]byte(r), &x)
	return x
}

// Prepare implements network.Client: it uploads the pictures. While the server
// still works on one it fails Busy; calling again goes on with the same upload.
func (c *client) Prepare(ctx context.Context, d network.Draft) (network.Sealed, error) {
	p := post{Status: d.Text, InReplyTo: parseRef(d.ReplyTo).ID, Visibility: visibility(d), Language: d.Language}
	if d.To != nil {
		p.Status = address(d.Text, d.To.Handle)
	}
	for _, image := range d.Images {
		id, err := c.upload(ctx, nameOf(d.Key, image), image)
		if err != nil {
			return network.Sealed{}, err
		}
		p.Media = append(p.Media, id)
	}
	body, err := json.Marshal(p)
	if err != nil {
		return network.Sealed{}, network.Fail(network.Refused, "the text can't be sent: %v", err)
	}
	return network.Sealed{Body: body, Key: d.Key, Text: p.Status, Replay: network.Keyed}, nil
}

// nameOf is how an upload is remembered: for one post, with what is in it and said
// of it, both of which may change before the post goes out.
func nameOf(key string, i network.Image) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%d:%s", len(i.Alt), i.Alt)
	sum.Write(i.Data)
	return key + "\n" + hex.EncodeToString(sum.Sum(nil))
}

// forget drops the uploads of a post that is out.
func (c *client) forget(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.DeleteFunc(c.media, func(name, _ string) bool { return strings.HasPrefix(name, key+"\n") })
}

func visibility(d network.Draft) string {
	switch {
	case d.Direct:
		return "direct"
	case d.Unlisted:
		return "unlisted"
	}
	return "public"
}

// Publish implements network.Client (POST /api/v1/statuses).
func (c *client) Publish(ctx context.Context, s network.Sealed) (network.Receipt, error) {
	r, err := network.Request(ctx, http.MethodPost, c.settings.Server+"/api/v1/statuses", s.Body)
	if err != nil {
		return network.Receipt{}, err
	}
	r.Header.Set("Content-Type", "application/json")
	sum := sha256.Sum256([]byte(s.Key))
	network.SetKey(r, hex.EncodeToString(sum[:16]))
	var out status
	if _, err := c.do(r, &out); err != nil {
		return network.Receipt{}, err
	}
	if out.ID == "" {
		return network.Receipt{}, rubbish(http.MethodPost, r.URL.Host)
	}
	c.forget(s.Key)
	return network.Receipt{ID: out.ID, URL: out.URL}, nil
}

// upload sends a picture (POST /api/v2/media) or asks whether an earlier
// upload is ready (GET /api/v1/media/:id answers 206 until then).
func (c *client) upload(ctx context.Context, name string, i network.Image) (string, error) {
	c.mu.Lock()
	id := c.media[name]
	c.mu.Unlock()
	if id != "" {
		return id, c.ready(ctx, name, id)
	}
	r, err := uploadRequest(ctx, c.settings.Server, i)
	if err != nil {
		return "", err
	}
	r.Header.Set("Authorization", "Bearer "+c.settings.Secret.Reveal())
	a, err := network.Do(c.settings.HTTP, r)
	if err != nil {
		return "", harmless(err)
	}
	var m struct {
		ID string `json:"id"`
	}
	if a.Status != http.StatusOK && a.Status != http.StatusAccepted {
		return "", harmless(failure(r, a))
	}
	if json.Unmarshal(a.Body, &m) != nil || m.ID == "" {
		return "", harmless(rubbish(r.Method, r.URL.Host))
	}
	c.mu.Lock()
	c.media[name] = m.ID
	c.mu.Unlock()
	if a.Status == http.StatusAccepted {
		return "", processing(i.Name)
	}
	return m.ID, nil
}

// harmless turns Unknown into Busy: an upload more or less shows nowhere.
func harmless(err error) error {
	if network.ReasonOf(err) == network.Unknown {
		return network.Fail(network.Busy, "%w", err)
	}
	return err
}

func processing(name string) error {
	return &network.Failure{Reason: network.Busy, Wait: time.Second,
		Err: fmt.Errorf("the server is still working on the picture %s", name)}
}

// ready tells whether the server is done with a picture. One that failed or was
// cleaned away is uploaded again the next time.
func (c *client) ready(ctx context.Context, name, id string) error {
	r, err := network.Request(ctx, http.MethodGet, c.settings.Server+"/api/v1/media/"+url.PathEscape(id), nil)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+c.settings.Secret.Reveal())
	a, err := network.Do(c.settings.HTTP, r)
	switch {
	case err != nil:
		return err
	case a.Status == http.StatusPartialContent:
		return processing(id)
	case a.Status == http.StatusNotFound || a.Status == http.StatusUnprocessableEntity:
		c.mu.Lock()
		delete(c.media, name)
		c.mu.Unlock()
		return network.Fail(network.Busy, "the server could not work on the picture: it is sent again")
	case a.Status != http.StatusOK:
		return failure(r, a)
	}
	return nil
}

func uploadRequest(ctx context.Context, server string, i network.Image) (*http.Request, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	h := textproto.MIMEHeader{}
	h.Set("Content-Disposition", mime(i.Name))
	h.Set("Content-Type", i.Type)
	part, err := w.CreatePart(h)
	if err != nil {
		return nil, network.Fail(network.Refused, "the picture can't be sent: %v", err)
	}
	_, _ = part.Write(i.Data) // a bytes.Buffer takes everything
	_ = w.WriteField("description", i.Alt)
	_ = w.Close()
	r, err := network.Request(ctx, http.MethodPost, server+"/api/v2/media", b.Bytes())
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	return r, nil
}

func mime(name string) string { return fmt.Sprintf(`form-data; name="file"; filename=%q`, name) }

// Delete implements network.Client (DELETE /api/v1/statuses/:id). Some servers
// answer 422 to an id that is gone, so the status is looked for then.
func (c *client) Delete(ctx context.Context, id string) error {
	address := c.settings.Server + "/api/v1/statuses/" + url.PathEscape(id)
	r, err := network.Request(ctx, http.MethodDelete, address, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+c.settings.Secret.Reveal())
	a, err := network.Do(c.settings.HTTP, r)
	switch {
	case err != nil:
		return err
	case a.Status == http.StatusOK || a.Status == http.StatusGone:
		return nil
	case a.Status == http.StatusNotFound && json.Valid(a.Body): // a proxy's page says nothing about the post
		return nil
	case a.Status == http.StatusUnprocessableEntity && c.gone(ctx, id):
		return nil
	}
	return failure(r, a)
}

// gone tells whether the server says that it knows no status of that id.
func (c *client) gone(ctx context.Context, id string) bool {
	r, err := network.Request(ctx, http.MethodGet, c.settings.Server+"/api/v1/statuses/"+url.PathEscape(id), nil)
	if err != nil {
		return false
	}
	r.Header.Set("Authorization", "Bearer "+c.settings.Secret.Reveal())
	a, err := network.Do(c.settings.HTTP, r)
	return err == nil && a.Status == http.StatusNotFound && json.Valid(a.Body)
}
