package weibo

import (
	"encoding/json"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"magpie/internal/network"
)

// moment is Weibo's way to write an instant: Sat Nov 21 18:00:00 +0800 2026.
type moment struct{ time.Time }

// UnmarshalJSON reads it; what can't be read is no instant.
func (m *moment) UnmarshalJSON(b []byte) error {
	t, err := time.Parse("Mon Jan 02 15:04:05 -0700 2006", strings.Trim(string(b), `"`))
	if err == nil {
		m.Time = t
	}
	return nil
}

type user struct {
	ID        string `json:"idstr"`
	Name      string `json:"screen_name"`
	About     string `json:"description"`
	Followers int    `json:"followers_count"`
}

func (u user) person() network.Person {
	return network.Person{ID: u.ID, Handle: u.Name, Name: u.Name, Followers: u.Followers,
		NoBot: strings.Contains(strings.ToLower(u.About), "#nobot"), Language: "zh"}
}

// status is a post on Weibo.
type status struct {
	ID       string `json:"idstr"`
	Text     string `json:"text"`
	At       moment `json:"created_at"`
	User     user   `json:"user"`
	IsLong   bool   `json:"isLongText"`
	LongText struct {
		Text string `json:"longTextContent"`
	} `json:"longText"`
}

func (s status) words() string {
	if s.IsLong && s.LongText.Text != "" {
		return s.LongText.Text
	}
	return s.Text
}

// reads tells whether a post has those words. Weibo shows long ones cut.
func (s status) reads(text string) bool {
	ours, there := bare(text), bare(s.words())
	if !s.IsLong || s.LongText.Text != "" {
		return ours == there
	}
	there = strings.TrimSpace(cutShort.ReplaceAllString(there, ""))
	return utf8.RuneCountInString(there) >= leastShown && strings.HasPrefix(ours, there)
}

// leastShown is how much of a long text Weibo shows at least.
const leastShown = 100

// cutShort is what stands in the place of the rest of a long text.
var cutShort = regexp.MustCompile(`\s*(?:\.{3}|…)?\s*全文[:：]?\s*§?$|\s*(?:\.{3}|…)$`)

// comment is a comment on a post.
type comment struct {
	ID      string   `json:"idstr"`
	Text    string   `json:"text"`
	At      moment   `json:"created_at"`
	User    user     `json:"user"`
	Status  status   `json:"status"`
	Replied *comment `json:"reply_comment"`
}

// ref is what network.Ref holds here: a post, a comment on one, or a private
// message.
type ref struct {
	Status  string `json:"status,omitempty"`
	Comment string `json:"comment,omitempty"`
	Direct  string `json:"direct,omitempty"`
	From    string `json:"from,omitempty"`
	At      int64  `json:"at,omitempty"` // of a private message, in seconds
}

func parseRef(r network.Ref) (x ref) {
	_ = json.Unmarshal([]byte(r), &x)
	return x
}

func (x ref) String() network.Ref {
	text, _ := json.Marshal(x) // strings can't fail
	return network.Ref(text)
}

// item is the id of what it refers to, as in Receipt.ID.
func (x ref) item() string {
	switch {
	case x.Direct != "":
		return x.Direct
	case x.Comment != "":
		return commentID(x.Status, x.Comment)
	}
	return x.Status
}

// commentID is a comment's id here: with that of its post, by which it is found.
func commentID(status, id string) string { return status + "/" + id }

var link = regexp.MustCompile(`(?i:https?)://[!-~]+`)

// prefix is what Weibo puts before the text of an answer to a comment.
var prefix = regexp.MustCompile(`^回复@[^:：]+[:：]`)

// bare makes our words and Weibo's showing of them comparable: links become
// t.cn's, and white space may change.
func bare(text string) string {
	return strings.Join(strings.Fields(link.ReplaceAllString(prefix.ReplaceAllString(strings.ReplaceAll(text, "\u200b", ""), ""), "§")), " ")
}
