package weibo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"

	"magpie/internal/network"
)

// request is one call. The token travels in a header, never in the address.
type request struct {
	method, path string
	form         url.Values // the query of a GET
	picture      *network.Image
	base         string // another host than the account's server
	purpose      network.Purpose
}

// call makes an authenticated call, counted against the day's, and decodes the
// answer into out.
func (c *client) call(ctx context.Context, x request, out any) error {
	token, err := c.token()
	if err != nil {
		return err
	}
	if m := c.settings.Meter; m != nil {
		if err := m.Take(ctx, network.Charge{Call: "call", For: x.purpose}); err != nil {
			return err
		}
	}
	return c.sendAs(ctx, x, token, out)
}

func (c *client) send(ctx context.Context, x request, out any) error {
	return c.sendAs(ctx, x, "", out)
}

func (c *client) sendAs(ctx context.Context, x request, token string, out any) error {
	r, err := c.build(ctx, x)
	if err != nil {
		return err
	}
	if token != "" {
		r.Header.Set("Authorization", "OAuth2 "+token)
	}
	a, err := network.Do(c.settings.HTTP, r)
	if err != nil {
		return err
	}
	if err := c.failure(r, a); err != nil { // a 200 may carry an error
		return err
	}
	if out != nil && network.Decode(a.Body, out) != nil {
		return rubbish(r.Method)
	}
	return nil
}

func (c *client) build(ctx context.Context, x request) (*http.Request, error) {
	address := c.settings.Server + x.path
	if x.base != "" && c.settings.Server == server {
		address = x.base + x.path
	}
	switch {
	case x.method == http.MethodGet:
		return network.Request(ctx, x.method, address+"?"+x.form.Encode(), nil)
	case x.picture != nil:
		return multipartRequest(ctx, address, x)
	}
	r, err := network.Request(ctx, x.method, address, []byte(x.form.Encode()))
	if err == nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r, err
}

func multipartRequest(ctx context.Context, address string, x request) (*http.Request, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k := range x.form {
		_ = w.WriteField(k, x.form.Get(k)) // a bytes.Buffer takes everything
	}
	part, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="pic"; filename="picture"`},
		"Content-Type": {x.picture.Type}})
	if err != nil {
		return nil, network.Fail(network.Refused, "the picture can't be sent: %v", err)
	}
	_, _ = part.Write(x.picture.Data)
	_ = w.Close()
	r, err := network.Request(ctx, x.method, address, b.Bytes())
	if err == nil {
		r.Header.Set("Content-Type", w.FormDataContentType())
	}
	return r, err
}

func rubbish(method string) error {
	reason := network.Unknown
	if method == http.MethodGet {
		reason = network.Busy
	}
	return network.Fail(reason, "Weibo sent an answer that can't be read")
}

// harmless turns Unknown into Busy: what the call leaves behind shows nowhere.
func harmless(err error) error {
	if err != nil && network.ReasonOf(err) == network.Unknown {
		return network.Fail(network.Busy, "%w", err)
	}
	return err
}

// coded is a failure with Weibo's number for it.
type coded struct {
	code int
	text string
}

// Error says what Weibo said.
func (e coded) Error() string { return e.text }

func codeOf(err error) int {
	var e coded
	_ = errors.As(err, &e)
	return e.code
}

// failure sorts an answer by what to do next; nil if it is a success. The code
// may be a number or a string.
func (c *client) failure(r *http.Request, a *network.Answer) error {
	var e struct {
		Code        json.RawMessage `json:"error_code"`
		Error       string          `json:"error"`
		Description string          `json:"error_description"`
	}
	_ = json.Unmarshal(a.Body, &e) // a list, or a proxy's page
	code, _ := strconv.Atoi(strings.Trim(string(e.Code), `"`))
	if a.Status == http.StatusOK && code == 0 {
		return nil
	}
	text := "Weibo answered " + strconv.Itoa(a.Status) + " " + http.StatusText(a.Status)
	if code != 0 {
		text = "Weibo says: " + strings.TrimSpace(e.Error+" "+e.Description) + " (" + strconv.Itoa(code) + ")" + meant[code]
	}
	token, _ := c.token()
	text = network.Quote(text, r, c.settings.Secret, network.Secret(c.keys.secret), network.Secret(token))
	f := &network.Failure{Reason: reason(r.Method, r.URL.Path, a.Status, code), Err: coded{code, text}}
	if f.Reason == network.Busy {
		after, wait := network.Rest(a.Header, "")
		f.After, f.Wait, f.Pay, f.Only = after, max(wait, waits[code]), code == 10023, code == 20038
	}
	return f
}
