package bot

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/workspace"
)

// tell says to the operator's web hook what needs a person: each thing once.
func (b *Bot) tell(ctx context.Context) error {
	to := b.Set().Settings.Tell
	all, err := need.Untold(ctx, b.DB)
	if err != nil || len(all) == 0 || to == nil {
		return err
	}
	address, err := b.hook(*to)
	if err != nil {
		return err
	}
	for _, n := range all {
		if err := b.tellOne(ctx, address, n); err != nil {
			return err
		}
	}
	return nil
}

// hook is the address of the web hook. MAGPIE_HOOK is where the README keeps it: that is
// nobody's token, but it is the hook's address.
func (b *Bot) hook(to workspace.Credentials) (network.Secret, error) {
	if at := os.Getenv("MAGPIE_HOOK"); to.Kind == "env" && to.Name == "MAGPIE_HOOK" && at != "" {
		return network.Secret(strings.TrimSpace(at)), nil
	}
	return readSecret(b.Dir, to, b.KeyFile(), b.DB.Path)
}

func (b *Bot) tellOne(ctx context.Context, address network.Secret, n need.Need) error {
	body, err := json.Marshal(message(address, n))
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address.Reveal(), bytes.NewReader(body))
	if err != nil {
		return errors.New("the address of the web hook can't be used") // it may hold a secret
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := b.HTTP.Do(r)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		return fmt.Errorf("the web hook does not answer: %w", err)
	}
	resp.Body.Close()
	if resp.StatusCode >= 300 {
		return fmt.Errorf("the web hook answered %d", resp.StatusCode)
	}
	return b.write(ctx, func(tx *sql.Tx) error { return need.Told(ctx, tx, n, b.Clock()) })
}

// told is a need as any program can read it; text is what Slack shows, content what
// Discord does, which takes no more than contentMost characters.
type told struct {
	need.Need
	Content string `json:"content"`
	// Nobody is called by a name in the text (Discord, Create Message, allowed_mentions).
	Mentions map[string][]string `json:"allowed_mentions"`
}

const contentMost = 1900

// message is a need in the form that the service behind an address reads: the bots of
// DingTalk and WeCom, those of Feishu, or else Slack, Discord and everybody's own.
func message(address network.Secret, n need.Need) any {
	host := ""
	if u, err := url.Parse(address.Reveal()); err == nil {
		host = u.Hostname()
	}
	title := n.Kind + " (" + n.Subject + "): " + n.Text
	switch {
	case strings.HasSuffix(host, "dingtalk.com"), strings.HasSuffix(host, "weixin.qq.com"):
		return map[string]any{"msgtype": "text", "text": map[string]string{"content": title}}
	case strings.HasSuffix(host, "feishu.cn"), strings.HasSuffix(host, "larksuite.com"):
		return map[string]any{"msg_type": "text", "content": map[string]string{"text": title}}
	case strings.HasSuffix(host, "slack.com"):
		n.Text = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(n.Text)
	}
	content := []rune(title)
	if len(content) > contentMost {
		content = append(content[:contentMost], '…')
	}
	return told{n, string(content), map[string][]string{"parse": {}}}
}
