package mastodon

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"magpie/internal/network"
)

// post is the body of POST /api/v1/statuses. Not all servers know content_type and
// local_only; those that do not let them be.
type post struct {
	Status      string   `json:"status"`
	ContentType string   `json:"content_type"` // text/plain: an account's own default may be Markdown
	InReplyTo   string   `json:"in_reply_to_id,omitempty"`
	Media       []string `json:"media_ids,omitempty"`
	Visibility  string   `json:"visibility"`
	Language    string   `json:"language,omitempty"`
	Warning     string   `json:"spoiler_text,omitempty"`
	LocalOnly   bool     `json:"local_only,omitempty"`
}

// ref is what network.Ref holds here.
type ref struct {
	ID      string `json:"id"`
	Warning string `json:"warning,omitempty"` // that of the post: an answer has one, too
	Local   bool   `json:"local,omitempty"`   // so does an answer to what stays on its server
}

func parseRef(r network.Ref) (x ref) {
	_ = json.Unmarshal([]byte(r), &x)
	return x
}

// Prepare implements network.Client: it uploads the pictures. While the server
// still works on one it fails Busy; calling again goes on with the same upload.
func (c *client) Prepare(ctx context.Context, d network.Draft) (network.Sealed, error) {
	to := parseRef(d.ReplyTo)
	p := post{Status: d.Text, ContentType: "text/plain", InReplyTo: to.ID, Visibility: visibility(d), Language: d.Language,
		LocalOnly: to.Local}
	if d.To != nil {
		p.Status = address(d.Text, d.To.Handle)
	}
	if to.Warning != "" {
		p.Warning = c.warning(ctx, d, p.Status)
	}
	for _, image := range d.Images {
		id, err := c.attach(ctx, nameOf(d.Key, image), image)
		if err != nil {
			return network.Sealed{}, err
		}
		p.Media = append(p.Media, id)
	}
	body, err := json.Marshal(p)
	if err != nil {
		return network.Sealed{}, network.Fail(network.Refused, "the text can't be sent: %v", err)
	}
	sealed := network.Sealed{Body: body, Key: d.Key, Text: p.Status, Replay: network.Blind}
	keyed, err := c.documented(ctx)
	if keyed {
		sealed.Replay = network.Keyed
	}
	return sealed, err
}

// warning is the content warning of an answer to a post that has one: in our words, for
// theirs would stand in the brand's name. It counts as part of the text, and is left out
// where there is no room.
func (c *client) warning(ctx context.Context, d network.Draft, text string) string {
	all := []string{"Re: content warning", "CW"}
	if strings.HasPrefix(d.Language, "zh") {
		all[0] = "回复：内容警告"
	}
	limits, err := c.Limits(ctx)
	for _, w := range all {
		if err == nil && Kind().Measure(w+text, d.Direct, limits).Fits() {
			return w
		}
	}
	return ""
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
		return network.Receipt{}, c.reconsider(s, err)
	}
	if out.ID == "" {
		return network.Receipt{}, rubbish(http.MethodPost, r.URL.Host)
	}
	c.forget(s.Key)
	c.mu.Lock()
	delete(c.resent, s.Key)
	c.mu.Unlock()
	return network.Receipt{ID: out.ID, URL: out.URL, At: out.CreatedAt}, nil
}

// tooLong are the words of servers about a text that is too long.
var tooLong = regexp.MustCompile(`(?i)character|too long|length|exceed|limit`)

// reconsider looks whether a refusal is about something that can be mended: a server that counts links in full though it says otherwise,
// or one that has cleaned the pictures away.
func (c *client) reconsider(s network.Sealed, err error) error {
	var f *network.Failure
	if !errors.As(err, &f) || f.Reason != network.Refused {
		return err
	}
	var p post
	_ = json.Unmarshal(s.Body, &p) // it is ours
	c.mu.Lock()
	said := defaults
	if c.server != nil {
		set(&said.Text, c.server.Configuration.Statuses.Max)
		set(&said.URL, c.server.Configuration.Statuses.PerURL)
	}
	known, full := c.inFull, said
	full.URL = 0
	c.mu.Unlock()
	if !known && tooLong.MatchString(err.Error()) && measure(p.Status, false, said).Fits() && !measure(p.Status, false, full).Fits() {
		c.mu.Lock()
		c.inFull = true
		c.mu.Unlock()
		f.Reason, f.Limits, f.Only = network.Busy, true, true
		return f
	}
	if len(p.Media) > 0 && c.forgetUnknown(s.Key) {
		f.Reason, f.Only = network.Busy, true
	}
	return f
}

// Delete implements network.Client (DELETE /api/v1/statuses/:id). Some servers
// answer 422 to an id that is gone, so the status is looked for then.
func (c *client) Delete(ctx context.Context, id string) error {
	address := c.settings.Server + "/api/v1/statuses/" + url.PathEscape(id)
	r, err := network.Request(ctx, http.MethodDelete, address, nil)
	if err != nil {
		return err
	}
	a, err := c.ask(r)
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
	a, err := c.ask(r)
	return err == nil && a.Status == http.StatusNotFound && json.Valid(a.Body)
}
