package mastodon

import (
	"strings"
	"time"

	"golang.org/x/net/html"
)

// The shapes of the API that we read (Mastodon documentation, Entities).
type account struct {
	ID        string `json:"id"`
	Acct      string `json:"acct"`
	Username  string `json:"username"`
	Display   string `json:"display_name"`
	URL       string `json:"url"`
	Note      string `json:"note"`
	Bot       bool   `json:"bot"`
	Locked    bool   `json:"locked"`
	Followers int    `json:"followers_count"`
}

type status struct {
	ID         string    `json:"id"`
	URI        string    `json:"uri"`
	URL        string    `json:"url"`
	CreatedAt  time.Time `json:"created_at"`
	InReplyTo  string    `json:"in_reply_to_id"`
	Visibility string    `json:"visibility"`
	Language   string    `json:"language"`
	Content    string    `json:"content"`
	Account    account   `json:"account"`
	Mentions   []account `json:"mentions"`
}

type notification struct {
	ID      string    `json:"id"`
	Type    string    `json:"type"`
	At      time.Time `json:"created_at"`
	Account account   `json:"account"`
	Status  *status   `json:"status"`
}

type instance struct {
	Configuration struct {
		URLs struct {
			Streaming string `json:"streaming"`
		} `json:"urls"`
		Statuses struct {
			Max    int `json:"max_characters"`
			Media  int `json:"max_media_attachments"`
			PerURL int `json:"characters_reserved_per_url"`
		} `json:"statuses"`
		Media struct {
			Alt   int      `json:"description_limit"`
			Bytes int      `json:"image_size_limit"`
			Types []string `json:"supported_mime_types"`
		} `json:"media_attachments"`
	} `json:"configuration"`
}

// plain turns a status' HTML into text: <br> and </p> end a line.
func plain(content string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(content))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(b.String())
		case html.TextToken:
			b.Write(z.Text())
		case html.StartTagToken, html.SelfClosingTagToken:
			if name, _ := z.TagName(); string(name) == "br" {
				b.WriteByte('\n')
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == "p" {
				b.WriteByte('\n')
			}
		}
	}
}

// later compares ids: longer ones are later, then by text.
func later(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}
