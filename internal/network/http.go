package network

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"syscall"
	"time"
)

// maxBody is how much of an answer is read, in bytes.
const maxBody = 8 << 20

// ErrTooLarge is behind the error when an answer is larger than that: ask for less.
var ErrTooLarge = errors.New("the answer is larger than 8 MB")

// tooLarge is that error with the first bytes of the answer.
type tooLarge struct{ head []byte }

// headKept is how much of an answer is kept that is too large, in bytes.
const headKept = 4 << 10

// Error says so.
func (*tooLarge) Error() string { return ErrTooLarge.Error() }

// Unwrap tells what it is.
func (*tooLarge) Unwrap() error { return ErrTooLarge }

// HeadOf is the beginning of an answer that was too large.
func HeadOf(err error) []byte {
	var t *tooLarge
	if errors.As(err, &t) {
		return t.head
	}
	return nil
}

// Answer is an HTTP answer, read whole.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// HTTPClient returns a client as connectors need it: it times out, follows no
// redirect and keeps connections for many posts at once, except to servers that close them.
func HTTPClient(timeout time.Duration) *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 64
	t.ResponseHeaderTimeout = timeout
	return &http.Client{Transport: &wary{Transport: t}, Timeout: timeout, CheckRedirect: noRedirect}
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Request builds a request whose body can be rewound.
func Request(ctx context.Context, method, address string, body []byte) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, Fail(Refused, "the server's address can't be used: %v", scrub(err))
	}
	return r, nil
}

// SetKey adds the Idempotency-Key header in lower case. HTTP does not mind, but
// net/http replays by itself a request that carries it in canonical form, also
// after the server has read it: on a server that ignores the key, a second post.
func SetKey(r *http.Request, key string) { r.Header["idempotency-key"] = []string{key} }

// Repeatable lets net/http send a request again by itself, when it finds that a
// connection it had used before is closed: for what does no harm if it is done twice.
func Repeatable(r *http.Request) { r.Header["X-Idempotency-Key"] = []string{} } // which is not sent

// Do sends a request and reads the answer. A request that provably never left
// fails Busy; one that may have arrived fails Unknown, or Busy if it was a GET.
func Do(c *http.Client, r *http.Request) (*Answer, error) {
	connected := false
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected = true }}
	resp, err := c.Do(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
	if err != nil {
		return nil, lost(r, connected, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err == nil && len(body) > maxBody {
		err = &tooLarge{body[:headKept]}
	}
	if err != nil {
		return nil, lost(r, true, err)
	}
	return &Answer{Status: resp.StatusCode, Header: resp.Header, Body: body}, nil
}

func lost(r *http.Request, connected bool, err error) *Failure {
	err = plain(scrub(err))
	var dial *net.OpError
	if !connected || (errors.As(err, &dial) && dial.Op == "dial") {
		return Fail(Busy, "no connection to %s: %w", r.URL.Host, err)
	}
	if r.Method == http.MethodGet {
		return Fail(Busy, "no answer from %s: %w", r.URL.Host, err)
	}
	return Fail(Unknown, "the answer from %s was lost: %w", r.URL.Host, err)
}

// worded is an error of the line in words that everybody knows.
type worded struct {
	words string
	cause error
}

// Error says what happened.
func (w worded) Error() string { return w.words }

// Unwrap gives the cause.
func (w worded) Unwrap() error { return w.cause }

func plain(err error) error {
	var name *net.DNSError
	var slow net.Error
	switch {
	case errors.As(err, &name):
		return worded{"the name " + name.Name + " can't be resolved (DNS)", err}
	case errors.Is(err, syscall.ECONNREFUSED):
		return worded{"the server refuses connections", err}
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return worded{"the connection was cut", err}
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return worded{"there is no network route to the server", err}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &slow) && slow.Timeout():
		return worded{"it took too long", err}
	}
	return err
}

// scrub takes the address, which may carry a query, out of an error.
func scrub(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
