package weibo

import (
	"context"
	"crypto/sha1" //nolint:gosec // Weibo's choice
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"magpie/internal/network"
)

const (
	pushBytes = 64 << 10         // of one push
	pushAge   = 10 * time.Minute // how far a signature's time may be from ours
	pushTime  = 4 * time.Second  // Weibo waits five
	replyTime = 48 * time.Hour   // after a person's last word a brand may write (open.weibo.com, fan service)
)

// nobody is how somebody is spoken to whose name Weibo does not tell.
const nobody = "朋友"

// push answers what Weibo's fan service (粉丝服务) sends: the handshake, and what
// people write to an account in private or do to it (open.weibo.com, 接收事件推送).
type push struct {
	c *client
	r network.Receiver
}

func receive(s network.Settings, r network.Receiver) (http.Handler, error) {
	opened, err := open(s)
	if err != nil {
		return nil, err
	}
	c := opened.(*client) //nolint:forcetypeassert // open makes no other
	if c.keys.secret == "" {
		return nil, network.Fail(network.SignedOut, "Weibo signs pushes with the App Secret: sign in with App Key and App "+
			"Secret instead of a token")
	}
	return &push{c, r}, nil
}

// ServeHTTP implements http.Handler. What is taken is answered with an empty 200:
// anything else is sent again by Weibo, three times, and a text would be posted.
func (p *push) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	switch {
	case !p.signed(q.Get("timestamp"), q.Get("nonce"), q.Get("signature")):
		w.WriteHeader(http.StatusForbidden)
	case r.Method == http.MethodGet:
		if status := p.once(r, nil); status != http.StatusOK {
			w.WriteHeader(status)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = io.WriteString(w, q.Get("echostr")) // whoever asked is gone
	case r.Method == http.MethodPost:
		w.WriteHeader(p.take(r))
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

// signature is the hash over the app's secret, the time and the nonce, sorted.
func signature(secret, timestamp, nonce string) string {
	parts := []string{secret, timestamp, nonce}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, ""))) //nolint:gosec // Weibo's choice
	return hex.EncodeToString(sum[:])
}

func (p *push) signed(timestamp, nonce, by string) bool {
	if subtle.ConstantTimeCompare([]byte(signature(p.c.keys.secret, timestamp, nonce)), []byte(strings.ToLower(by))) != 1 {
		return false
	}
	ms, err := strconv.ParseInt(timestamp, 10, 64)
	return err == nil && p.r.Clock().Sub(time.UnixMilli(ms)).Abs() <= pushAge
}

// once looks whether an address is used for the first time, or with the same body: the signature does not cover the body, so
// whoever has seen an address could say anything by it.
func (p *push) once(r *http.Request, body []byte) (status int) {
	if p.r.Once == nil {
		return http.StatusOK
	}
	q := r.URL.Query()
	ok, err := p.r.Once(r.Context(), q.Get("timestamp")+" "+q.Get("nonce"), append([]byte(r.Method+" "), body...))
	switch {
	case err != nil:
		return http.StatusServiceUnavailable
	case !ok:
		return http.StatusForbidden
	}
	return http.StatusOK
}

// take keeps what a push tells, and returns the status to answer with.
func (p *push) take(r *http.Request) int {
	body, err := io.ReadAll(io.LimitReader(r.Body, pushBytes+1))
	var x pushed
	if err != nil || len(body) > pushBytes || json.Unmarshal(body, &x) != nil {
		return http.StatusBadRequest
	}
	if status := p.once(r, body); status != http.StatusOK {
		return status
	}
	ctx, cancel := context.WithTimeout(r.Context(), pushTime)
	defer cancel()
	me, err := p.c.me(ctx)
	if err != nil {
		return http.StatusServiceUnavailable
	}
	if x.To.String() != me {
		return http.StatusOK // it is not for us, however often it is sent
	}
	if x.At.IsZero() { // a form that we don't know: it has come just now
		x.At.Time = p.r.Clock()
	}
	e, ok := x.event(me)
	if !ok {
		return http.StatusOK
	}
	if err := p.r.Take(ctx, e); err != nil {
		return http.StatusInternalServerError
	}
	return http.StatusOK
}

// pushed is what Weibo sends.
type pushed struct {
	Type string      `json:"type"`
	To   json.Number `json:"receiver_id"`
	From json.Number `json:"sender_id"`
	At   moment      `json:"created_at"`
	Text string      `json:"text"`
	Data detail      `json:"data"`
}

// detail is what goes with some of them.
type detail struct {
	Subtype string `json:"subtype"`
	Key     string `json:"key"`
}

// UnmarshalJSON reads it; what is no object holds nothing that we know.
func (d *detail) UnmarshalJSON(b []byte) error {
	type plain detail
	_ = json.Unmarshal(b, (*plain)(d))
	return nil
}

// wordless are messages without words, as a person at the desk reads them.
var wordless = map[string]string{"image": "[图片]", "voice": "[语音]", "position": "[位置]"}

// event is what a push says. Posts and comments that name us come without their
// words: they are polled.
func (x pushed) event(me string) (e network.Event, ok bool) {
	who := network.Person{ID: x.From.String(), Handle: x.From.String(), Name: nobody, Unnamed: true, Language: "zh"}
	switch {
	case who.ID == "":
		return e, false
	case x.Type == "text":
		return x.message(who, me, x.Text), true
	case wordless[x.Type] != "":
		return x.message(who, me, strings.TrimSpace(wordless[x.Type]+" "+x.Text)), true
	case x.Type != "event":
		return e, false
	}
	switch x.Data.Subtype {
	case "click": // on the menu: its key is what they want
		return x.message(who, me, x.Data.Key), x.Data.Key != ""
	case "follow":
		return network.Event{Follow: &who}, true
	case "unfollow":
		return network.Event{Unfollow: &who}, true
	case "unsubscribe":
		return network.Event{Stop: &who}, true
	}
	return e, false
}

// message is a private one. Weibo gives no id, so one of the same second with the
// same words is the same.
func (x pushed) message(who network.Person, me, text string) network.Event {
	sum := sha1.Sum([]byte(x.Type + text)) //nolint:gosec // no secret
	at := x.At.Unix()
	item := fmt.Sprintf("message:%s/%s/%d/%s", me, who.ID, at, hex.EncodeToString(sum[:6]))
	return network.Event{Mention: &network.Mention{Item: item, Ref: ref{Direct: item, From: who.ID, At: at}.String(), At: x.At.Time,
		Author: who, Text: text, Language: "zh", Direct: true, Names: []string{me}}}
}
