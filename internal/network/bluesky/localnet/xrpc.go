package localnet

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// An Error is an answer other than 200.
type Error struct {
	Status int    // of HTTP
	Name   string `json:"error"` // such as InvalidSwap
	Detail string `json:"message"`
}

// Error says all three.
func (e *Error) Error() string { return fmt.Sprintf("%d %s: %s", e.Status, e.Name, e.Detail) }

// Query asks the PDS as this account: GET with parameters, which may be nil.
// The answer is decoded into out unless that is nil. It fails with *Error.
func (a *Account) Query(ctx context.Context, method string, parameters url.Values, out any) error {
	return a.send(ctx, http.MethodGet, method+"?"+parameters.Encode(), nil, nil, out)
}

// Procedure tells the PDS as this account: POST with a JSON body. The answer is
// decoded into out unless that is nil. It fails with *Error.
func (a *Account) Procedure(ctx context.Context, method string, body, out any) error {
	return a.send(ctx, http.MethodPost, method, body, nil, out)
}

func (a *Account) send(ctx context.Context, verb, method string, body any, header http.Header, out any) error {
	header = header.Clone()
	if header == nil {
		header = http.Header{}
	}
	if a.AccessJWT != "" {
		header.Set("Authorization", "Bearer "+a.AccessJWT)
	}
	header.Set("X-Ratelimit-Bypass", a.network.RateLimitBypassKey)
	if err := a.network.send(ctx, verb, a.network.PDS+"/xrpc/"+method, body, header, out); err != nil {
		return fmt.Errorf("localnet: %s: %w", method, err)
	}
	return nil
}

func (n *Network) send(ctx context.Context, verb, address string, body any, header http.Header, out any) error {
	request, err := newRequest(ctx, verb, address, body)
	if err != nil {
		return err
	}
	for name := range header {
		request.Header.Set(name, header.Get(name))
	}
	response, err := n.client.Do(request)
	if err != nil {
		return err
	}
	answer, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return refusal(response.StatusCode, answer)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}

func newRequest(ctx context.Context, verb, address string, body any) (*http.Request, error) {
	if body == nil {
		return http.NewRequestWithContext(ctx, verb, address, http.NoBody)
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, verb, address, bytes.NewReader(text))
	if err == nil {
		request.Header.Set("Content-Type", "application/json")
	}
	return request, err
}

func refusal(status int, answer []byte) error {
	e := &Error{Status: status}
	if json.Unmarshal(answer, e) != nil {
		e.Detail = string(answer)
	}
	return e
}

const pollPause = 50 * time.Millisecond

// poll asks until the answer is yes, an error, or the context ends.
func poll(ctx context.Context, ask func() (bool, error)) error {
	pause := time.NewTicker(pollPause)
	defer pause.Stop()
	for {
		if yes, err := ask(); yes || err != nil {
			return err
		}
		select {
		case <-pause.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
