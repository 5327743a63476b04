package x

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"magpie/internal/network"
)

// silence is how long a stream may say nothing: X sends an empty line every 20
// seconds (X documentation, Consuming streaming data).
const silence = 30 * time.Second

// heardOf are the events of the account that are subscribed to. Quotes of its posts are
// told nowhere else; answers to them are among the mentions that are polled, for less.
var heardOf = []string{"post.mention.create", "post.quote.create", "dm.received", "follow.follow"}

// Stream implements network.Client (GET /2/activity/stream). It needs the app's
// bearer token; without one, what comes in is polled.
func (c *client) Stream(ctx context.Context, ready func(), handle func(network.Event)) error {
	if c.keys.bearer == "" || c.keys.token != "" { // what people write is told to apps with the account's OAuth 2 consent only
		return network.ErrNoStream
	}
	if err := c.mayHear(ctx); err != nil {
		return err
	}
	me, err := c.me(ctx)
	if err != nil {
		return err
	}
	if err := c.subscribe(ctx, me); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	dog := time.AfterFunc(silence, cancel)
	defer dog.Stop()
	resp, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	ready()
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		dog.Reset(silence)
		for _, e := range activityOf(lines.Bytes(), me) {
			if m := c.settings.Meter; m != nil {
				m.Count(ctx, eventCharge(e))
			}
			handle(e)
			if err := c.mayHear(ctx); err != nil {
				return err
			}
		}
	}
	return network.Fail(network.Busy, "the stream of X ended")
}

// mayHear fails where one event more would be beyond what the account may spend: X
// charges for each, and stops for nobody.
func (c *client) mayHear(ctx context.Context) error {
	m := c.settings.Meter
	if m == nil || m.Left(ctx, network.ForAnswers) > margin {
		return nil
	}
	return &network.Failure{Reason: network.Busy, Ours: true, Wait: 15 * time.Second,
		Err: errors.New("the account's budget is nearly used up: mentions are polled instead of streamed")}
}

// margin is what is left at least while the stream is open: X charges for what it has
// sent, though nobody has read it yet.
var margin = 50 * max(prices["stream post"], prices["stream direct"], prices["stream user"])

func (c *client) connect(ctx context.Context) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.settings.Server+"/2/activity/stream?backfill_minutes=0", nil)
	if err != nil {
		return nil, network.Fail(network.Refused, "the stream's address can't be used")
	}
	r.Header.Set("Authorization", "Bearer "+c.keys.bearer)
	plain := c.settings.HTTP
	resp, err := (&http.Client{Transport: plain.Transport, CheckRedirect: plain.CheckRedirect}).Do(r) // a stream has no end
	if err != nil {
		return nil, network.Fail(network.Busy, "no stream from %s", r.URL.Host)
	}
	if resp.StatusCode == http.StatusOK {
		return resp, nil
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden {
		return nil, network.ErrNoStream // the bearer token is not good for it: what comes in is polled
	}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<16)) // half a body says less
	err = c.failure(r, &network.Answer{Status: resp.StatusCode, Header: resp.Header, Body: body})
	var f *network.Failure
	if errors.As(err, &f) && resp.StatusCode == http.StatusTooManyRequests && f.After.IsZero() && f.Wait == 0 {
		f.Wait = time.Minute // as X asks for streams
	}
	return nil, err
}

// eventCharge is what X asks for an event of the stream.
func eventCharge(e network.Event) network.Charge {
	c := network.Charge{Call: "stream post"}
	if e.Mention == nil {
		c.Call = "stream user"
	} else if e.Mention.Direct {
		c.Call = "stream direct"
	}
	c.Price = prices[c.Call]
	return c
}

// subscribe asks for the events of the account that are not asked for yet. Those
// that the app may not have are left out: polling finds what they would say.
func (c *client) subscribe(ctx context.Context, me string) error {
	const path = "/2/activity/subscriptions"
	var all struct {
		Data []struct {
			Type   string `json:"event_type"`
			Filter struct {
				User string `json:"user_id"`
			} `json:"filter"`
		} `json:"data"`
	}
	if err := c.do(ctx, call{method: http.MethodGet, path: path}, &all); err != nil && network.ReasonOf(err) != network.Refused {
		return err
	}
	for _, event := range heardOf {
		has := false
		for _, s := range all.Data {
			has = has || s.Type == event && s.Filter.User == me
		}
		if has {
			continue
		}
		body := map[string]any{"event_type": event, "filter": map[string]string{"user_id": me}, "tag": "magpie"}
		err := c.do(ctx, call{method: http.MethodPost, path: path, body: body}, nil)
		switch {
		case err == nil, strings.Contains(said(err), "already") || strings.Contains(said(err), "duplicate"):
		case statusOf(err) != http.StatusForbidden && network.ReasonOf(err) != network.Refused:
			return harmless(err)
		case event == heardOf[0]:
			return network.ErrNoStream // without mentions it would say nothing
		}
	}
	return nil
}

// activity is one line of the stream (X documentation, Activity API, Event payloads).
type activity struct {
	Data struct {
		Type   string `json:"event_type"`
		Filter struct {
			User string `json:"user_id"`
		} `json:"filter"`
		Payload  json.RawMessage `json:"payload"`
		Includes struct {
			Users []user `json:"users"`
		} `json:"includes"`
	} `json:"data"`
}

// activityOf is what a line says about the account.
func activityOf(line []byte, me string) []network.Event {
	var a activity
	if json.Unmarshal(line, &a) != nil || a.Data.Filter.User != me || !slices.Contains(heardOf, a.Data.Type) {
		return nil
	}
	switch a.Data.Type {
	case "post.mention.create", "post.quote.create":
		var p post
		if json.Unmarshal(a.Data.Payload, &p) != nil || p.ID == "" || p.Author == me {
			return nil
		}
		users := page[post]{}
		users.Includes.Users = a.Data.Includes.Users
		m := p.mention(users.users())
		m.Quote = a.Data.Type == "post.quote.create" && !slices.Contains(m.Names, me)
		return []network.Event{{Mention: m}}
	case "follow.follow":
		return followed(a.Data.Payload, me)
	}
	return received(a.Data.Payload, me)
}

type about struct {
	Data user `json:"data"`
}

func followed(payload []byte, me string) []network.Event {
	var f struct {
		Source about `json:"source"`
		Target about `json:"target"`
	}
	if json.Unmarshal(payload, &f) != nil || f.Target.Data.ID != me || f.Source.Data.ID == "" {
		return nil
	}
	p := f.Source.Data.person()
	return []network.Event{{Follow: &p}}
}

// received are direct messages, which the stream tells in X's old form.
func received(payload []byte, me string) (events []network.Event) {
	var d struct {
		Events []struct {
			Type    string `json:"type"`
			ID      string `json:"id"`
			Created string `json:"created_timestamp"` // milliseconds
			Create  struct {
				Sender string `json:"sender_id"`
				Data   struct {
					Text     string   `json:"text"`
					Entities entities `json:"entities"`
				} `json:"message_data"`
			} `json:"message_create"`
		} `json:"direct_message_events"`
		Users map[string]about `json:"users"`
	}
	_ = json.Unmarshal(payload, &d) // rubbish has no events
	for _, e := range d.Events {
		if e.Type != "message_create" || e.Create.Sender == me {
			continue
		}
		ms, _ := strconv.ParseInt(e.Created, 10, 64)
		s := spoken{ID: e.ID, Text: e.Create.Data.Text, From: e.Create.Sender, At: time.UnixMilli(ms), Entities: e.Create.Data.Entities}
		events = append(events, network.Event{Mention: s.mention(map[string]user{s.From: d.Users[s.From].Data})})
	}
	return events
}
