package bot

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"magpie/internal/inbox"
	"magpie/internal/need"
	"magpie/internal/network"
	"magpie/internal/workspace"
)

// TestAnsweredByHandLater: what waits at the desk and is answered on the network itself
// waits no longer. An answer of ours is none.
func TestAnsweredByHandLater(t *testing.T) {
	w := newWorld(t, day1, nil)
	m := w.net.Mention("outlet", ann, "my kettle is on fire")
	other := w.net.Mention("outlet", ann, "whose lamp is this?")
	if got := w.said(m); got.State != inbox.Desk {
		t.Fatalf("got %+v", got)
	}
	w.said(other)
	w.lookAfter(t.Context(), w.now)
	w.net.AnswerByHand("outlet", m.Ref, "we are on our way")
	w.now = w.now.Add(time.Minute) // not so soon again: networks count
	w.lookAfter(t.Context(), w.now)
	if got := w.mention(m); got.State != inbox.Desk {
		t.Errorf("it was looked at again within a minute: %+v", got)
	}
	w.now = w.now.Add(lookEvery)
	w.lookAfter(t.Context(), w.now)
	if got := w.mention(m); got.State != inbox.Closed || !strings.Contains(got.Reason, "by hand") {
		t.Errorf("answered by hand, and it is %s (%s)", got.State, got.Reason)
	}
	if got := w.mention(other); got.State != inbox.Desk {
		t.Errorf("nobody answered the other, and it is %s", got.State)
	}
}

// TestApprovalIsTold: a day before a post that waits for approval is due, and in the last
// hour, somebody is told, once; not when it is approved.
func TestApprovalIsTold(t *testing.T) {
	w := newWorld(t, "2027-11-24 08:00", careful())
	told := func() (n int) {
		w.lookAfter(t.Context(), w.now)
		w.lookAfter(t.Context(), w.now)
		for _, k := range w.needs() {
			if k == need.Approval {
				n++
			}
		}
		return n
	}
	if n := told(); n != 0 {
		t.Errorf("told %d times two days before", n)
	}
	w.now = at(t, "2027-11-25 11:00") // the first is due at ten the next day
	if n := told(); n != 1 {
		t.Errorf("told %d times a day before", n)
	}
	w.now = at(t, "2027-11-26 09:30")
	if n := told(); n != 2 {
		t.Errorf("told %d times half an hour before", n)
	}
	text := strings.Join(w.opens(), "\n")
	if !strings.Contains(text, "bf/tease of outlet") || !strings.Contains(text, "magpie outbox approve "+w.one("tease").ID) ||
		!strings.Contains(text, "within 1 hour") {
		t.Errorf("told %s", text)
	}
	open, err := need.Open(t.Context(), w.DB)
	w.must(err)
	for _, n := range open {
		if strings.HasSuffix(n.Subject, "101") {
			t.Errorf("the hook gets the subject %q, in which how many there are is kept for ourselves", n.Subject)
		}
	}
}

// TestDoctorSaysOnce: a need is one line, with its kind and since when it stands.
func TestDoctorSaysOnce(t *testing.T) {
	w := newWorld(t, "2027-11-24 08:00", careful())
	w.raise(t.Context(), need.Budget, "outlet", "outlet can't do all it should: the account's budget is used up")
	var said []Finding
	w.examineBot(t.Context(), func(good bool, what, _, says string, args ...any) {
		if text := fmt.Sprintf(says, args...); strings.Contains(text, "can't do all") {
			said = append(said, Finding{Good: good, What: what, Says: text})
		}
	})
	if len(said) != 1 || said[0].What != need.Budget || !strings.Contains(said[0].Says, "(since ") {
		t.Errorf("doctor says %+v", said)
	}
}

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

// TestHookByTheReadme: the variable that the README names is read.
func TestHookByTheReadme(t *testing.T) {
	w := newWorld(t, day1, nil)
	t.Setenv("MAGPIE_HOOK", "https://hooks.example/x")
	if at, err := w.hook(workspace.Credentials{Kind: "env", Name: "MAGPIE_HOOK"}); err != nil || at.Reveal() != "https://hooks.example/x" {
		t.Errorf("got %v", err)
	}
	if _, err := w.hook(workspace.Credentials{Kind: "env", Name: "MAGPIE_DATABASE"}); err == nil {
		t.Error("the database's address is taken for a hook's")
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

// Where many mentions wait, each has its turn: those that come in later do not stand before
// the others for ever. A network that counts the calls of a day is not asked.
func TestByHandOnABusyDesk(t *testing.T) {
	w := newWorld(t, day1, nil)
	m := w.net.Mention("outlet", ann, "my kettle is on fire")
	w.said(m)
	w.net.AnswerByHand("outlet", m.Ref, "we are on our way")
	for i := range 40 { // four a minute, and three looks
		for n := range 4 {
			w.said(w.net.Mention("outlet", network.Person{ID: fmt.Sprint("p", i, n), Handle: fmt.Sprint("p", i, n)}, "whose lamp is this?"))
		}
		w.now = w.now.Add(time.Minute)
		w.lookAfter(t.Context(), w.now)
	}
	if got := w.mention(m); got.State != inbox.Closed {
		t.Errorf("answered by hand 40 minutes ago, and it is %s", got.State)
	}
	if n := bounds(&workspace.Account{Weibo: &workspace.OnWeibo{}}).Calls; n == 0 {
		t.Error("Weibo counts the calls of a day")
	}
}
