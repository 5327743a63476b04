package x

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"magpie/internal/network"
)

// call is one request to the API.
type call struct {
	method, path string
	query        url.Values
	body         any    // JSON, or
	raw          []byte // bytes of type mime
	mime         string
	charge       network.Charge          // what it costs; an empty name costs nothing
	read         func() []network.Charge // what a read has cost, once it is done
	each         network.Price           // of a read: what each thing that it brings costs at most
	least        int                     // of a read: the smallest page
}

// do makes an authenticated call and decodes the answer into out (nil: not
// wanted). A session that has expired is renewed once.
func (c *client) do(ctx context.Context, x call, out any) error {
	var t *tokens
	if c.keys.token == "" {
		var err error
		if t, err = c.session(); err != nil {
			return err
		}
	}
	m := c.settings.Meter
	if m == nil || x.charge.Call == "" {
		return c.signed(ctx, x, t, out)
	}
	if err := c.take(ctx, &x); err != nil {
		return err
	}
	err := c.signed(ctx, x, t, out)
	c.settle(ctx, x, err)
	return err
}

// take pays for a call before it is made. A reading is made smaller where somebody
// was quicker with what was left.
func (c *client) take(ctx context.Context, x *call) (err error) {
	for range 5 {
		c.bound(ctx, x)
		err = c.settings.Meter.Take(ctx, x.charge)
		var f *network.Failure
		if !errors.As(err, &f) || !f.Only || f.Wait > 0 {
			return err
		}
	}
	return err
}

// signed makes a call in the account's name.
func (c *client) signed(ctx context.Context, x call, t *tokens, out any) error {
	if t == nil {
		return c.once(ctx, x, "", out)
	}
	err := c.once(ctx, x, t.Access, out)
	if statusOf(err) != http.StatusUnauthorized {
		return err
	}
	if t, err = c.refresh(ctx, t); err != nil {
		return err
	}
	return c.once(ctx, x, t.Access, out)
}

func (c *client) once(ctx context.Context, x call, bearer string, out any) error {
	r, err := x.request(ctx, c.settings.Server)
	if err != nil {
		return err
	}
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	a, err := network.Do(c.http, r)
	if err != nil {
		return err
	}
	if x.method == http.MethodPost && x.path == "/2/tweets" {
		c.remember(a.Header)
	}
	if a.Status < 200 || a.Status > 299 {
		return c.failure(r, a)
	}
	if out != nil && network.Decode(a.Body, out) != nil {
		return rubbish(r.Method)
	}
	return nil
}

func (x call) request(ctx context.Context, base string) (*http.Request, error) {
	address := base + x.path
	if len(x.query) > 0 {
		address += "?" + x.query.Encode()
	}
	body, mime := x.raw, x.mime
	if x.body != nil {
		var err error
		if body, err = json.Marshal(x.body); err != nil {
			return nil, network.Fail(network.Refused, "the call can't be written: %v", err)
		}
		mime = "application/json"
	}
	r, err := network.Request(ctx, x.method, address, body)
	if err == nil && mime != "" {
		r.Header.Set("Content-Type", mime)
	}
	return r, err
}

// rubbish is an answer that says less than it has to.
func rubbish(method string) error {
	reason := network.Unknown
	if method == http.MethodGet {
		reason = network.Busy
	}
	return network.Fail(reason, "X sent an answer that can't be read")
}

// harmless turns Unknown into Busy: what the call leaves behind shows nowhere.
func harmless(err error) error {
	if err != nil && network.ReasonOf(err) == network.Unknown {
		return network.Fail(network.Busy, "%w", err)
	}
	return err
}

// limits are the rate headers of one answer; the daily ones count where nothing
// is left of them (X documentation, Rate limits).
func limits(h http.Header) (q network.Quota, ok bool) {
	for _, set := range []string{"x-rate-limit-", "x-app-limit-24hour-", "x-user-limit-24hour-"} {
		limit, err := strconv.Atoi(h.Get(set + "limit"))
		if err != nil {
			continue
		}
		left, _ := strconv.Atoi(h.Get(set + "remaining"))
		if got := (network.Quota{Limit: limit, Remaining: left, Reset: network.Reset(h, set+"reset")}); !ok || left == 0 &&
			(q.Remaining > 0 || got.Reset.After(q.Reset)) {
			q, ok = got, true
		}
	}
	return q, ok
}

// remember keeps the rate limits of posts: other calls have limits of their own,
// which say nothing about how many may go out.
func (c *client) remember(h http.Header) {
	q, ok := limits(h)
	if !ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.quota = q
}
