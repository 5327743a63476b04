package mastodon

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
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

// upload is a picture that the server has taken.
type upload struct {
	id   string
	done bool // the server is done with it
}

// nameOf is how an upload is remembered: for one post, with what is in it and said
// of it, both of which may change before the post goes out.
func nameOf(key string, i network.Image) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%d:%s", len(i.Alt), i.Alt)
	sum.Write(i.Data)
	return key + "\n" + hex.EncodeToString(sum.Sum(nil))
}

// forget drops the uploads of a post; they are sent again if it is tried again.
func (c *client) forget(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.DeleteFunc(c.media, func(name string, _ upload) bool { return strings.HasPrefix(name, key+"\n") })
}

// forgetUnknown drops the uploads of a post that was refused, once: the server may have cleaned them away without saying so.
func (c *client) forgetUnknown(key string) (first bool) {
	c.mu.Lock()
	first = !c.resent[key]
	c.resent[key] = true
	c.mu.Unlock()
	c.forget(key)
	return first
}

// attach sends a picture (POST /api/v2/media), or asks whether an earlier upload is ready.
func (c *client) attach(ctx context.Context, name string, i network.Image) (string, error) {
	c.mu.Lock()
	known := c.media[name]
	c.mu.Unlock()
	if known.id != "" {
		return known.id, c.ready(ctx, name, known)
	}
	r, err := uploadRequest(ctx, c.settings.Server, i)
	if err != nil {
		return "", err
	}
	network.Repeatable(r)
	a, err := c.ask(r)
	if err != nil {
		return "", harmless(err)
	}
	var m struct {
		ID string `json:"id"`
	}
	if a.Status != http.StatusOK && a.Status != http.StatusAccepted {
		return "", harmless(failure(r, a))
	}
	if network.Decode(a.Body, &m) != nil || m.ID == "" {
		return "", harmless(rubbish(r.Method, r.URL.Host))
	}
	c.mu.Lock()
	c.media[name] = upload{m.ID, a.Status == http.StatusOK}
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
	return &network.Failure{Reason: network.Busy, AtWork: true, Wait: time.Second,
		Err: fmt.Errorf("the server is still working on the picture %s", name)}
}

// ready tells whether the server is done with a picture (GET /api/v1/media/:id answers 206 until then). One that failed or was cleaned
// away is uploaded again the next time. A server that has never told of a picture does not know that call: what it took is taken to be
// ready.
func (c *client) ready(ctx context.Context, name string, u upload) error {
	r, err := network.Request(ctx, http.MethodGet, c.settings.Server+"/api/v1/media/"+url.PathEscape(u.id), nil)
	if err != nil {
		return err
	}
	a, err := c.ask(r)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case a.Status == http.StatusPartialContent:
		c.asks = true
		return processing(u.id)
	case a.Status == http.StatusNotFound && !c.asks:
		return nil
	case a.Status == http.StatusNotFound || a.Status == http.StatusUnprocessableEntity:
		delete(c.media, name)
		return network.Fail(network.Busy, "the server could not process the picture; it is sent again")
	case a.Status != http.StatusOK:
		return failure(r, a)
	}
	c.asks = true
	return nil
}

func uploadRequest(ctx context.Context, server string, i network.Image) (*http.Request, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	h := textproto.MIMEHeader{}
	h.Set("Content-Disposition", fmt.Sprintf(`form-data; name="file"; filename=%q`, i.Name))
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
