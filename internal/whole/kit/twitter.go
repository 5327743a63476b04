package kit

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"magpie/internal/network/x/xfake"
	"magpie/internal/sandbox"
)

// Twitter is X as a test sees it, and a brand that is on it.
type Twitter struct {
	*Shop
	X *xfake.Server
}

// OnX makes a shop whose account lives on a fake of X, not signed in. more are
// further lines of the account's file.
func OnX(t *testing.T, o xfake.Options, more ...string) *Twitter {
	t.Helper()
	o.Accounts, o.Unlimited = []xfake.Account{{Name: "shop", Bot: true}}, o.Limits == nil
	s := &Twitter{Open(t, sandbox.Variant{}, "shop"), xfake.Open(t, o)}
	s.Account(more...)
	return s
}

// Account writes the account's file.
func (s *Twitter) Account(more ...string) {
	s.Write("accounts/shop.yaml", "network: x\nserver: "+s.X.URL+"\nabout: shop\nlanguage: en\ntimezone: UTC\ncredentials: stored\n"+
		strings.Join(append(more, ""), "\n"))
}

// Keys are the account's four keys of OAuth 1.0a in one line.
func (s *Twitter) Keys() string {
	k := s.X.Keys("shop")
	return strings.Join([]string{k.ConsumerKey, k.ConsumerSecret, k.Token, k.TokenSecret}, " ")
}

// App is the app's id and secret, and its bearer token: streams need it.
func (s *Twitter) App() string {
	c := s.X.Client()
	return strings.Join([]string{c.ID, c.Secret, s.X.AppToken()}, " ")
}

// SignIn stores the keys, without which nothing can begin.
func (s *Twitter) SignIn() {
	s.T.Helper()
	if said, code := s.Login(s.Keys(), ""); code != 0 {
		s.T.Fatalf("login: %d: %s", code, said)
	}
}

// Consent signs in with OAuth 2; the person says yes on X's page.
func (s *Twitter) Consent() {
	s.T.Helper()
	if p := s.Visit(s.App()); p.Ended() != 0 {
		s.T.Fatalf("login: %s", &p.Log)
	}
}

// Out are the account's posts that nobody has taken back.
func (s *Twitter) Out() (all []xfake.Post) {
	for _, p := range s.X.Posts("shop") {
		if !p.Deleted {
			all = append(all, p)
		}
	}
	return all
}

// right compares what is on X with the outbox: each is there once, and nothing
// is in doubt. Steps that may be asked need no proof.
func (s *Twitter) right(steps ...string) (out []string) {
	seen, rows := map[string]int{}, map[string]string{}
	for _, p := range s.Out() {
		if seen[p.ReplyTo+"|"+p.Text]++; seen[p.ReplyTo+"|"+p.Text] > 1 {
			out = append(out, "X has it twice: "+p.Text)
		}
		rows[p.ID] = p.Text
	}
	for _, r := range s.Read(`SELECT step, state, remote_id, reason FROM posts WHERE state <> 'planned'
		OR slot_at < $1`, time.Now().UnixMilli()) {
		switch r["state"] {
		case "sent":
			if _, there := rows[r["remote_id"]]; !there && !strings.HasPrefix(r["remote_id"], "dm:") {
				out = append(out, "sent, and not on X: "+r["step"])
			}
			delete(rows, r["remote_id"])
		case "asked", "withdrawn", "expanded":
		default:
			out = append(out, fmt.Sprintf("%s is %s (%s)", r["step"], r["state"], r["reason"]))
		}
	}
	for _, text := range rows {
		if s.Count(`SELECT count(*) FROM posts WHERE state = 'asked' AND sealed_text = $1`, text) == "0" {
			out = append(out, "on X, and no row knows it: "+text)
		}
	}
	for _, step := range steps {
		if got := s.State(step); got != "sent" && got != "asked" {
			out = append(out, step+" is "+cmp.Or(got, "nowhere"))
		}
	}
	return out
}

// Until waits, less long than others do: a fake is quick.
func (s *Twitter) Until(what string, done func() bool) {
	s.T.Helper()
	WaitFor(s.Shop, what, done)
}

// Rests waits until all is as it should be in the end.
func (s *Twitter) Rests(steps ...string) {
	s.T.Helper()
	Within(short, func() bool { return len(s.right(steps...)) == 0 })
	if wrong := s.right(steps...); len(wrong) > 0 {
		s.T.Errorf("%s\n\n%s", strings.Join(wrong, "\n"), s.Outbox())
	}
}

// Run does what is due now, on the network of the account's file.
func (s *Shop) Run() string {
	s.T.Helper()
	return s.Must("run", "--once")
}

// short is how long things on a fake may take, on a machine that does much else.
const short = 40 * time.Second

// After is a channel that speaks after some seconds.
func After(seconds int) <-chan time.Time { return time.After(time.Duration(seconds) * time.Second) }

// WaitFor waits for something to become true, not for long.
func WaitFor(s *Shop, what string, done func() bool) {
	s.T.Helper()
	if !Within(short, done) {
		s.T.Fatalf("waited in vain: %s\n%s", what, s.Outbox())
	}
}

// Number is one from the database.
func Number(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64) // what is none is 0
	return n
}

// HearsX waits until the bot listens to X's stream.
func (s *Twitter) HearsX(p *Process) {
	s.T.Helper()
	s.Until("it listens: "+p.Log.String(), func() bool { return s.X.Streams() == 1 })
}

// RepliesTo are the texts with which the shop has answered a post.
func (s *Twitter) RepliesTo(id string) (all []string) {
	for _, p := range s.Out() {
		if p.ReplyTo == id {
			all = append(all, p.Text)
		}
	}
	return all
}

// ByHand answers a post as the brand, in X's own app.
func (s *Twitter) ByHand(to, text string) {
	s.T.Helper()
	body := `{"text":"` + text + `","reply":{"in_reply_to_tweet_id":"` + to + `"}}`
	r, err := http.NewRequest(http.MethodPost, s.X.URL+"/2/tweets", strings.NewReader(body))
	if err != nil {
		s.T.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.X.Tokens("shop").Access)
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		s.T.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		s.T.Fatalf("X answered %d", resp.StatusCode)
	}
}
