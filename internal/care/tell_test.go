package care

import (
	"encoding/json"
	"strings"
	"testing"

	"magpie/internal/need"
	"magpie/internal/network"
)

// TestHookForms: each service is told in the form that it reads, and no text calls people
// by name there.
func TestHookForms(t *testing.T) {
	n := need.Need{Kind: need.Late, Subject: "shop x", Text: "late <!channel> & @everyone" + strings.Repeat("长", 3000)}
	for address, want := range map[string][]string{
		"https://hooks.slack.com/services/x":                 {`"text":"late \u0026lt;!channel\u0026gt; \u0026amp;`},
		"https://discord.com/api/webhooks/x":                 {`"content":"late: late`, `"allowed_mentions":{"parse":[]}`},
		"https://oapi.dingtalk.com/robot/send?access_token=": {`"msgtype":"text"`, `"text":{"content":"late: late`},
		"https://qyapi.weixin.qq.com/cgi-bin/webhook/send":   {`"msgtype":"text"`},
		"https://open.feishu.cn/open-apis/bot/v2/hook/x":     {`"msg_type":"text"`, `"content":{"text":"late: late`},
		"http://127.0.0.1:1/":                                {`"kind":"late"`, `"text":"late`, `"content":"late: late`},
	} {
		b, err := json.Marshal(message(network.Secret(address), n))
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(string(b), w) {
				t.Errorf("%s: no %s in %.300s", address, w, b)
			}
		}
		var d struct{ Content any }
		if err := json.Unmarshal(b, &d); err != nil {
			t.Fatal(err)
		}
		if s, ok := d.Content.(string); ok && len([]rune(s)) > 2000 {
			t.Errorf("%s: %d characters", address, len([]rune(s)))
		}
	}
}

// TestHookThatRefuses: these services answer 200 also where they drop the message.
func TestHookThatRefuses(t *testing.T) {
	for body, good := range map[string]bool{`{"errcode":0,"errmsg":"ok"}`: true, `{"code":0,"msg":"success"}`: true,
		`{"StatusCode":0,"StatusMessage":"success"}`:            true,
		`{"errcode":310000,"errmsg":"keywords not in content"}`: false, `{"code":19024,"msg":"Key Words Not Found"}`: false, `<html>`: false,
		``: false} {
		if err := refusedBy(strings.NewReader(body)); (err == nil) != good {
			t.Errorf("%s: %v", body, err)
		}
	}
	for host, want := range map[string]string{"oapi.dingtalk.com": "text", "evildingtalk.com": "", "open.feishu.cn": "feishu",
		"hooks.slack.com": ""} {
		if got := chat(host); got != want {
			t.Errorf("%s is %q", host, got)
		}
	}
}
