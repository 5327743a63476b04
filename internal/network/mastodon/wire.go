package mastodon

import (
	"strings"
	"time"
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
	Warning    string    `json:"spoiler_text"`
	Content    string    `json:"content"`
	Account    account   `json:"account"`
	Mentions   []account `json:"mentions"`
	Media      []medium  `json:"media_attachments"`
	LocalOnly  bool      `json:"local_only"`
}

type medium struct {
	URL string `json:"url"`
	Alt string `json:"description"`
}

type notification struct {
	ID      string    `json:"id"`
	Type    string    `json:"type"`
	At      time.Time `json:"created_at"`
	Account account   `json:"account"`
	Status  *status   `json:"status"`
}

type instance struct {
	Version string `json:"version"`
	URLs    struct {
		Streaming string `json:"streaming_api"` // of /api/v1/instance
	} `json:"urls"`
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

// later compares ids: longer ones are later, then by text.
func later(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}
