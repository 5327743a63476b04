package x

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"magpie/internal/network"
)

// sealed is what Sealed.Body holds here: a post or a direct message.
type sealed struct {
	Post   *creation `json:"post,omitempty"`
	Direct *message  `json:"direct,omitempty"`
	Link   bool      `json:"link,omitempty"` // the text has a link, which costs more
	Own    bool      `json:"own,omitempty"`  // it goes on from a post of ours
}

// creation is the body of POST /2/tweets.
type creation struct {
	Text   string   `json:"text"`
	Media  *files   `json:"media,omitempty"`
	Reply  *replyTo `json:"reply,omitempty"`
	MadeAI bool     `json:"made_with_ai,omitempty"`
	Paid   bool     `json:"paid_partnership,omitempty"`
}

type files struct {
	IDs []string `json:"media_ids"`
}

type replyTo struct {
	ID string `json:"in_reply_to_tweet_id"`
}

// message is a direct message.
type message struct {
	To    string   `json:"to"`
	Text  string   `json:"text"`
	Media []string `json:"media,omitempty"`
	Asked bool     `json:"asked,omitempty"` // it answers one
}

// ref is what network.Ref holds here: a post, or a direct message.
type ref struct {
	ID     string `json:"id"`
	Direct bool   `json:"direct,omitempty"`
	From   string `json:"from,omitempty"` // who wrote it
	Own    bool   `json:"own,omitempty"`  // we did
}

func parseRef(r network.Ref) (x ref) {
	_ = json.Unmarshal([]byte(r), &x)
	return x
}

func makeRef(x ref) network.Ref {
	text, _ := json.Marshal(x) // strings can't fail
	return network.Ref(text)
}

// Prepare implements network.Client: it uploads the pictures. While X still
// works on one it fails Busy; calling again goes on with the same upload.
func (c *client) Prepare(ctx context.Context, d network.Draft) (network.Sealed, error) {
	to := parseRef(d.ReplyTo)
	switch {
	case d.ReplyTo != "" && to.ID == "":
		return network.Sealed{}, network.Fail(network.Refused, "the reference to the post that is answered can't be read")
	case d.Direct && len(d.Images) > 1:
		return network.Sealed{}, network.Fail(network.Refused, "a direct message on X takes one picture")
	}
	ids, err := c.upload(ctx, d)
	if err != nil {
		return network.Sealed{}, err
	}
	s := sealed{Link: len(links(d.Text)) > 0, Own: to.Own}
	if d.Direct {
		if d.To == nil || d.To.ID == "" {
			return network.Sealed{}, network.Fail(network.Refused, "the recipient's id on X is not known")
		}
		s.Direct = &message{To: d.To.ID, Text: d.Text, Media: ids, Asked: d.ReplyTo != ""}
	} else {
		s.Post = &creation{Text: d.Text, MadeAI: d.AI}
		if len(ids) > 0 {
			s.Post.Media = &files{ids}
		}
		if to.ID != "" {
			s.Post.Reply = &replyTo{to.ID}
		}
	}
	body, _ := json.Marshal(s) // strings can't fail
	return network.Sealed{Body: body, Key: d.Key, Text: d.Text, Replay: network.Blind}, nil
}

func open1(s network.Sealed) (b sealed, err error) {
	if err := json.Unmarshal(s.Body, &b); err != nil || b.Post == nil && b.Direct == nil {
		return b, network.Fail(network.Refused, "the stored post can't be read")
	}
	return b, nil
}

// Publish implements network.Client.
func (c *client) Publish(ctx context.Context, s network.Sealed) (network.Receipt, error) {
	b, err := open1(s)
	if err != nil {
		return network.Receipt{}, err
	}
	if b.Direct != nil {
		return c.send(ctx, b.Direct)
	}
	var out struct {
		Data struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	err = c.do(ctx, call{method: http.MethodPost, path: "/2/tweets", body: b.Post, charge: sending(b)}, &out)
	if err == nil && out.Data.ID == "" {
		err = rubbish(http.MethodPost)
	}
	if err != nil {
		return network.Receipt{}, c.tooEarly(b, err)
	}
	if b.Post.Reply != nil {
		c.mu.Lock()
		delete(c.unheard, b.Post.Reply.ID)
		c.mu.Unlock()
	}
	return network.Receipt{ID: out.Data.ID, URL: address(out.Data.ID)}, nil
}

// tooEarly gives an answer that X refuses, because it has not heard of the
// mention yet, one later try: the index of mentions lags behind the events.
func (c *client) tooEarly(b sealed, err error) error {
	if b.Post.Reply == nil || !strings.Contains(said(err), "not been mentioned or otherwise engaged") {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, before := c.unheard[b.Post.Reply.ID]; before {
		delete(c.unheard, b.Post.Reply.ID)
		return err
	}
	c.unheard[b.Post.Reply.ID] = struct{}{}
	return &network.Failure{Reason: network.Busy, Wait: 20 * time.Second, Only: true, Err: err}
}

func (m *message) charge() network.Charge {
	c := network.Charge{Call: "direct", For: network.ForPosts, Price: prices["direct"]}
	if m.Asked {
		c.For = network.ForAnswers
	}
	return c
}

// send writes a direct message (POST /2/dm_conversations/with/:id/messages).
func (c *client) send(ctx context.Context, m *message) (network.Receipt, error) {
	body := map[string]any{"text": m.Text}
	if len(m.Media) > 0 {
		body["attachments"] = []map[string]string{{"media_id": m.Media[0]}}
	}
	var out struct {
		Data struct {
			ID string `json:"dm_event_id"`
		} `json:"data"`
	}
	err := c.do(ctx, call{method: http.MethodPost, path: "/2/dm_conversations/with/" + url.PathEscape(m.To) + "/messages", body: body,
		charge: m.charge()}, &out)
	if err == nil && out.Data.ID == "" {
		err = rubbish(http.MethodPost)
	}
	if err != nil {
		var f *network.Failure
		if errors.As(err, &f) && statusOf(err) == http.StatusTooManyRequests {
			f.Only = true // messages have a limit of their own
		}
		return network.Receipt{}, err
	}
	return network.Receipt{ID: "dm:" + out.Data.ID}, nil
}

// Delete implements network.Client (DELETE /2/tweets/:id).
func (c *client) Delete(ctx context.Context, id string) error {
	if strings.HasPrefix(id, "dm:") {
		return network.Fail(network.Refused, "a direct message on X can't be deleted")
	}
	var out struct {
		Data struct {
			Deleted *bool `json:"deleted"`
		} `json:"data"`
		Errors []problem `json:"errors"`
	}
	err := c.do(ctx, call{method: http.MethodDelete, path: "/2/tweets/" + url.PathEscape(id),
		charge: network.Charge{Call: "delete", For: network.ForAnswers, Price: prices["delete"]}}, &out)
	why := problem{Errors: out.Errors}
	switch {
	case err != nil || out.Data.Deleted != nil && *out.Data.Deleted || why.is("resource-not-found"):
	case out.Data.Deleted == nil && len(out.Errors) == 0:
		err = rubbish(http.MethodGet)
	default:
		err = network.Fail(network.Refused, "X has not deleted the post %s", c.quote(nil, why.words()))
	}
	if statusOf(err) == http.StatusNotFound && said(err) != "" { // a proxy's page says nothing about the post
		return nil
	}
	return harmless(err)
}
