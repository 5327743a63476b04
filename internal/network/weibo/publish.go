package weibo

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"magpie/internal/network"
)

// sealed is what Sealed.Body holds here: a post, a comment, or a private message.
type sealed struct {
	Text    string         `json:"text"`
	Picture *network.Image `json:"picture,omitempty"`
	To      *ref           `json:"to,omitempty"` // the comment or post that a comment answers
	Direct  string         `json:"direct,omitempty"`
}

var topic = regexp.MustCompile(`#[^#]+#`)

// Prepare implements network.Client. Pictures travel with the post.
func (c *client) Prepare(_ context.Context, d network.Draft) (network.Sealed, error) {
	s := sealed{Text: d.Text}
	if len(d.Images) > 1 || len(d.Images) > 0 && (d.Direct || d.ReplyTo != "") {
		return network.Sealed{}, network.Fail(network.Refused, "Weibo takes one picture in a post, and none in comments and private messages")
	}
	switch {
	case d.Direct:
		if d.To == nil || d.To.ID == "" {
			return network.Sealed{}, network.Fail(network.Refused, "the recipient's Weibo id is not known")
		}
		if at := parseRef(d.ReplyTo).At; at != 0 && d.At.Sub(time.Unix(at, 0)) > replyTime {
			return network.Sealed{}, network.Fail(network.Refused, "on Weibo a private message may be answered within 48 "+
				"hours, and this one is older")
		}
		s.Direct = d.To.ID
	case d.ReplyTo != "":
		to := parseRef(d.ReplyTo)
		if to.Status == "" {
			return network.Sealed{}, network.Fail(network.Refused, "the reference to the post that is answered can't be read")
		}
		if size := measure(d.Text, false, defaults); !size.Fits() { // long texts are for posts
			return network.Sealed{}, network.Fail(network.Refused, "a comment has %d characters at most, this one %d", size.Limit, size.Count)
		}
		s.To = &to
	default:
		if f := check(d, c.settings); f != nil {
			return network.Sealed{}, network.Fail(network.Refused, "%s", f.Text)
		}
		if len(d.Images) > 0 {
			s.Picture = &d.Images[0]
		}
	}
	body, err := json.Marshal(s)
	if err != nil {
		return network.Sealed{}, network.Fail(network.Refused, "the post can't be written: %v", err)
	}
	return network.Sealed{Body: body, Key: d.Key, Text: d.Text, Replay: network.Blind}, nil
}

// check looks at the rules of statuses/share (a link under the app's safe domain,
// no #topic#) and at the law's: an offer is marked as advertising.
func check(d network.Draft, s network.Settings) *network.Finding {
	plain, free := link.ReplaceAllString(d.Text, " "), chosen(s).Contract && len(d.Images) == 0
	switch {
	case d.To != nil: // comments and private messages
		return nil
	case !free && topic.MatchString(plain):
		return &network.Finding{Rule: "no-topic", Text: "the text has a #topic# (between two # signs)"}
	case !free && chosen(s).SafeDomain != "" && !holdsLink(d.Text, chosen(s).SafeDomain): // that it is missing is said of the file
		return &network.Finding{Rule: "safe-domain", Text: "the text has no link under " + chosen(s).SafeDomain}
	case d.Offer && !strings.Contains(d.Text, "广告"):
		return &network.Finding{Rule: "ad-label", Text: "the text promotes an offer and does not say 广告"}
	}
	return nil
}

// holdsLink tells whether a text has a link under a domain.
func holdsLink(text, domain string) bool {
	domain = strings.ToLower(strings.TrimPrefix(domain, "."))
	for _, l := range link.FindAllString(text, -1) {
		u, err := url.Parse(l)
		if host := ""; err == nil && domain != "" {
			host = strings.ToLower(u.Hostname())
			if host == domain || strings.HasSuffix(host, "."+domain) {
				return true
			}
		}
	}
	return false
}

func unseal(s network.Sealed) (b sealed, err error) {
	if json.Unmarshal(s.Body, &b) != nil || b.Text == "" {
		return b, network.Fail(network.Refused, "the stored post can't be read")
	}
	return b, nil
}

// Publish implements network.Client.
func (c *client) Publish(ctx context.Context, s network.Sealed) (network.Receipt, error) {
	b, err := unseal(s)
	if err != nil {
		return network.Receipt{}, err
	}
	switch {
	case b.Direct != "":
		return c.message(ctx, b)
	case b.To != nil:
		return c.comment(ctx, b)
	}
	return c.share(ctx, b)
}

// sharing is the call that makes a post; contracted is that of the commercial
// interface, which takes texts without a link, and pictures by another way only.
const (
	sharing    = "/2/statuses/share.json"
	contracted = "/2/statuses/upload_url_text/biz.json"
	commercial = "https://c.api.weibo.com"
)

// share makes a post (POST statuses/share, or statuses/upload_url_text/biz).
func (c *client) share(ctx context.Context, b sealed) (network.Receipt, error) {
	form := url.Values{"status": {b.Text}, "rip": {chosen(c.settings).IP}}
	if chosen(c.settings).LongText && chosen(c.settings).Contract {
		form.Set("is_longtext", "1")
	}
	path, base := sharing, ""
	if chosen(c.settings).Contract && b.Picture == nil {
		path, base = contracted, commercial
	}
	var out status
	err := c.call(ctx, request{method: http.MethodPost, path: path, base: base, form: form, picture: b.Picture,
		purpose: network.ForPosts}, &out)
	if err == nil && out.ID == "" {
		err = rubbish(http.MethodPost)
	}
	if err != nil {
		return network.Receipt{}, err
	}
	return receipt(out), nil
}

func receipt(s status) network.Receipt {
	return network.Receipt{ID: s.ID, URL: "https://weibo.com/" + s.User.ID + "/" + s.ID}
}

// comment answers a post (POST comments/create) or a comment (comments/reply).
func (c *client) comment(ctx context.Context, b sealed) (network.Receipt, error) {
	form := url.Values{"comment": {b.Text}, "id": {b.To.Status}, "rip": {chosen(c.settings).IP}, "without_mention": {"1"}}
	path := "/2/comments/create.json"
	if b.To.Comment != "" {
		path = "/2/comments/reply.json"
		form.Set("cid", b.To.Comment)
	}
	var out comment
	err := c.call(ctx, request{method: http.MethodPost, path: path, form: form}, &out)
	if err == nil && out.ID == "" {
		err = rubbish(http.MethodPost)
	}
	if err != nil {
		return network.Receipt{}, err
	}
	return network.Receipt{ID: commentID(b.To.Status, out.ID), URL: "https://weibo.com/" + b.To.From + "/" + b.To.Status}, nil
}

// message answers in private, within 48 hours after the person wrote (POST
// messages/reply of the fan service).
func (c *client) message(ctx context.Context, b sealed) (network.Receipt, error) {
	data, _ := json.Marshal(map[string]string{"text": b.Text}) // strings can't fail
	// The documentation does not say whether this is decoded once or twice.
	plain := strings.NewReplacer("%", `\u0025`, "+", `\u002b`).Replace(string(data))
	form := url.Values{"type": {"text"}, "data": {plain}, "receiver_id": {b.Direct}, "save_sender_box": {"1"}}
	var out struct {
		Result bool `json:"result"`
	}
	err := c.call(ctx, request{method: http.MethodPost, base: replies, path: "/2/messages/reply.json", form: form}, &out)
	if err == nil && !out.Result {
		err = rubbish(http.MethodPost)
	}
	if err != nil {
		return network.Receipt{}, err
	}
	return network.Receipt{}, nil // Weibo gives no id
}

// Delete implements network.Client (POST statuses/destroy, comments/destroy).
func (c *client) Delete(ctx context.Context, id string) error {
	path := "/2/statuses/destroy.json"
	form := url.Values{"id": {id}}
	if _, cid, ok := strings.Cut(id, "/"); ok {
		path, form = "/2/comments/destroy.json", url.Values{"cid": {cid}}
	}
	if id == "" {
		return network.Fail(network.Refused, "a private message on Weibo can't be deleted")
	}
	err := c.call(ctx, request{method: http.MethodPost, path: path, form: form}, nil)
	if codeOf(err) == 20101 || codeOf(err) == 20201 {
		return nil
	}
	return harmless(err)
}
