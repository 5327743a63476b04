package care

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"magpie/internal/accounts"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/scalar"
	"magpie/internal/store"
)

// Failing is something that has failed, since when and why.
type Failing struct {
	mu    sync.Mutex
	since time.Time
	err   error
}

func (f *Failing) note(err error, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil || f.err == nil {
		f.since = now
	}
	f.err = err
}

// Get is since when telling fails, and why; nil if it does not.
func (f *Failing) Get() (since time.Time, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.since, f.err
}

// Tell says to the operator's web hook what needs a person: each thing once. That it
// fails is part of how the bot is.
func (r *Rounds) Tell(ctx context.Context) error {
	err := r.tellAll(ctx)
	if ctx.Err() == nil {
		r.HookFails.note(err, r.Clock())
	}
	return err
}

func (r *Rounds) tellAll(ctx context.Context) error {
	to := r.Set().Settings.Tell
	all, err := need.Untold(ctx, r.DB)
	if err != nil || len(all) == 0 || to == nil {
		return err
	}
	address, err := r.Hook(*to)
	if err != nil {
		return err
	}
	for _, n := range all { // one that is refused keeps none of the others
		err = errors.Join(err, r.tellOne(ctx, address, n))
		if ctx.Err() != nil {
			break
		}
	}
	return err
}

// Hook is the address of the web hook. MAGPIE_HOOK is where the README keeps it: that is
// nobody's token, but it is the hook's address.
func (r *Rounds) Hook(to scalar.Credentials) (network.Secret, error) {
	if at := os.Getenv("MAGPIE_HOOK"); to.Kind == "env" && to.Name == "MAGPIE_HOOK" && at != "" {
		return network.Secret(strings.TrimSpace(at)), nil
	}
	return accounts.ReadSecret(r.Dir, to, r.KeyFile(), r.DB.Path)
}

func (r *Rounds) tellOne(ctx context.Context, address network.Secret, n need.Need) error {
	body, err := json.Marshal(message(address, n))
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address.Reveal(), bytes.NewReader(body))
	if err != nil {
		return errors.New("the address of the web hook can't be used") // it may hold a secret
	}
	request.Header.Set("Content-Type", "application/json")
	resp, err := r.HTTP.Do(request)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		return fmt.Errorf("the web hook does not answer: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		return fmt.Errorf("the web hook answered %d", resp.StatusCode)
	}
	if chat(hostOf(address)) != "" {
		if err := refusedBy(resp.Body); err != nil {
			return err
		}
	}
	return r.Write(ctx, func(tx *sql.Tx) error { return need.Told(ctx, tx, n, r.Clock()) })
}

// needMost is how much is told of a need, in bytes: WeCom's robots take no more than 2,048 in
// a text, Discord 2,000 characters.
const needMost = 1800

// told is a need as any program can read it; text is what Slack shows, content what
// Discord does.
type told struct {
	need.Need
	Content string `json:"content"`
	// Nobody is called by a name in the text (Discord, Create Message, allowed_mentions).
	Mentions map[string][]string `json:"allowed_mentions"`
}

// chat is the service behind a host, of those with a form of their own; "" for others.
func chat(host string) string {
	for end, service := range map[string]string{"dingtalk.com": "text", "weixin.qq.com": "text", "feishu.cn": "feishu",
		"larksuite.com": "feishu"} {
		if host == end || strings.HasSuffix(host, "."+end) {
			return service
		}
	}
	return ""
}

func hostOf(address network.Secret) string {
	u, err := url.Parse(address.Reveal())
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// refusedBy reads what such a service answers with status 200: errcode (DingTalk and WeCom,
// custom robots), code or StatusCode (Feishu, custom bots) is 0 where it took the message.
func refusedBy(body io.Reader) error {
	var said struct {
		Errcode, Code, StatusCode int
	}
	b, err := io.ReadAll(io.LimitReader(body, 64<<10))
	if err == nil {
		err = json.Unmarshal(b, &said)
	}
	if err != nil {
		return errors.New("the web hook's answer can't be read")
	}
	if n := cmp.Or(said.Errcode, said.Code, said.StatusCode); n != 0 {
		return fmt.Errorf("the web hook refused the message with the code %d: look at the robot's keywords, signature and limits", n)
	}
	return nil
}

// message is a need in the form that the service behind an address reads: the robots of
// DingTalk and WeCom, those of Feishu, or else Slack, Discord and everybody's own.
func message(address network.Secret, n need.Need) any {
	host := hostOf(address)
	if len(n.Text) > needMost {
		n.Text = store.Cut(n.Text, needMost) + "…"
	}
	title := n.Kind + ": " + n.Text
	switch chat(host) {
	case "text":
		return map[string]any{"msgtype": "text", "text": map[string]string{"content": title}}
	case "feishu":
		return map[string]any{"msg_type": "text", "content": map[string]string{"text": title}}
	}
	if host == "slack.com" || strings.HasSuffix(host, ".slack.com") {
		n.Text = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(n.Text)
	}
	return told{n, title, map[string][]string{"parse": {}}}
}
