package weibofake

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // Weibo's choice
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// pushRepeats is how often a push is sent again that got no 200 (wiki: 接收事件推送).
const pushRepeats = 3

// Push is what the fan service tells a brand.
type Push struct {
	Type    string // text, position, voice, image, event or mention; default text
	Subtype string // of an event: follow, unfollow, subscribe, unsubscribe, click, scan; of a mention: status or comment
	Key     string // of a mention: the id of the post or the comment; of a click: the menu's key
	Text    string
	From    *Person
	To      *Account
	At      time.Time // default now
}

// Signature is how Weibo signs a push and the handshake.
func Signature(secret, timestamp, nonce string) string {
	parts := []string{secret, timestamp, nonce}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, ""))) //nolint:gosec // Weibo's choice
	return hex.EncodeToString(sum[:])
}

// signed is the address with a fresh signature.
func (s *Server) signed(address string, extra url.Values) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	query := u.Query()
	timestamp, nonce := strconv.FormatInt(s.now().UnixMilli(), 10), strings.ToLower(rand.Text())[:9]
	query.Set("timestamp", timestamp)
	query.Set("nonce", nonce)
	query.Set("signature", Signature(s.o.AppSecret, timestamp, nonce))
	for name := range extra {
		query.Set(name, extra.Get(name))
	}
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// Handshake is how Weibo checks an address before it pushes there: it must
// repeat echostr.
func (s *Server) Handshake(address string) error {
	echo := rand.Text()
	status, body, err := s.call(http.MethodGet, address, url.Values{"echostr": {echo}}, nil)
	switch {
	case err != nil:
		return err
	case status != http.StatusOK || string(body) != echo:
		return fmt.Errorf("handshake: status %d, %q, want %q", status, body, echo)
	}
	return nil
}

// Push tells the address of it, and again until the answer is 200, four times in
// all. An answer that has a message in it is sent to the person.
func (s *Server) Push(address string, p Push) error {
	var body []byte
	s.do(func() {
		if p.At.IsZero() {
			p.At = s.now()
		}
		s.note(p)
		body = p.encode()
	})
	var last error
	for range 1 + pushRepeats {
		status, answer, err := s.call(http.MethodPost, address, nil, body)
		if err == nil && status == http.StatusOK {
			s.passive(p, answer)
			return nil
		}
		if last = err; err == nil {
			last = fmt.Errorf("push: status %d", status)
		}
	}
	return last
}

func (s *Server) call(method, address string, query url.Values, body []byte) (int, []byte, error) {
	address, err := s.signed(address, query)
	if err != nil {
		return 0, nil, err
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), s.o.PushPatience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	c := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	resp, err := c.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return resp.StatusCode, answer, err
}

// passive sends the message that the answer to a push holds, if there is one.
func (s *Server) passive(p Push, answer []byte) {
	var x struct{ Type, Data string }
	if err := json.Unmarshal(answer, &x); err != nil || x.Data == "" {
		return
	}
	s.do(func() {
		m := &message{from: p.To.u, to: p.From.u, kind: x.Type, data: x.Data, saved: true, passive: true}
		if err := s.send(m); err != nil {
			s.t.Errorf("weibofake: the answer %q to a push: %v", answer, err)
		}
	})
}
