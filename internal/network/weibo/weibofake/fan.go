package weibofake

import (
	"cmp"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// answerTime is how long after a person's last word a brand may write.
const answerTime = 48 * time.Hour

// pair is a brand and somebody.
type pair struct{ brand, person *user }

// contact is what the person did towards the brand.
type contact struct {
	wrote time.Time // the last message, follow, click or scan
	named time.Time // the last mention, if it is not answered
	heard time.Time // the last mention
	left  bool      // has unfollowed since
}

// message is a private one, from a brand or to it.
type message struct {
	id       int64
	from, to *user
	kind     string // text, articles, position
	data     string // JSON
	text     string
	saved    bool // it is in the sender's box too
	passive  bool // it was the answer to a push
	at       time.Time
}

func (m *message) idstr() string { return strconv.FormatInt(m.id, 10) }

func (s *Server) contact(brand, person *user) *contact {
	key := pair{brand, person}
	if s.contacts[key] == nil {
		s.contacts[key] = new(contact)
	}
	return s.contacts[key]
}

// replyMessage is messages/reply of m.api.weibo.com. Its answer is not in the
// pages that we know: this one repeats what was sent, and has no id.
func (s *Server) replyMessage(c *call) (any, error) {
	if err := c.need("type", "data", "receiver_id"); err != nil {
		return nil, err
	}
	m := &message{from: c.me, to: s.userOf(c.get("receiver_id")), kind: c.get("type"), data: c.get("data"),
		saved: c.get("save_sender_box") != "0"}
	if err := s.send(m); err != nil {
		return nil, err
	}
	return object{"result": true, "sender_id": m.from.id, "receiver_id": m.to.id, "type": m.kind, "data": c.get("data")}, nil
}

// send delivers a message if the rules allow it.
func (s *Server) send(m *message) error {
	if m.to == nil {
		return problem(20003)
	}
	if err := m.decode(s.o.DataTwice); err != nil {
		return err
	}
	if m.kind == "text" {
		if strings.TrimSpace(m.text) == "" {
			return problem(20008)
		}
		if s.o.Length != nil && s.o.Length(m.text) >= 300 { // "less than 300 characters"
			return problem(20013)
		}
	}
	if err := s.mayWrite(m.from, m.to); err != nil {
		return err
	}
	m.id, m.at = s.item(), s.now()
	s.messages = append(s.messages, m)
	return nil
}

// mayWrite: only who wrote, followed, clicked or scanned within 48 hours is
// written to, who mentioned the brand once for that, and nobody who unfollowed.
// The pages name no error codes for it; these are the general ones for private
// messages.
func (s *Server) mayWrite(brand, person *user) error {
	k, since := s.contact(brand, person), s.now().Add(-answerTime)
	switch {
	case k.left:
		return problem(20301)
	case k.wrote.After(since):
		return nil
	case k.named.After(since):
		k.named = time.Time{}
		return nil
	case k.wrote.IsZero() && k.heard.IsZero():
		return problem(20301)
	}
	return problem(20302)
}

// decode reads the data. The pages want "JSON after URL encoding" in a form,
// which is encoded anyhow: so it is taken once or twice encoded, unless a test
// wants the server that always decodes twice.
func (m *message) decode(twice bool) error {
	text := m.data
	if twice || !strings.HasPrefix(strings.TrimSpace(text), "{") {
		plain, err := url.QueryUnescape(text)
		if err != nil {
			return invalid("data", "json", text)
		}
		text = plain
	}
	var data struct {
		Text     *string
		Articles []any
	}
	if err := json.Unmarshal([]byte(text), &data); err != nil {
		return invalid("data", "json", text)
	}
	switch m.kind {
	case "text":
		if data.Text == nil {
			return invalid("data", `{"text":…}`, text)
		}
	case "articles":
		if len(data.Articles) == 0 || len(data.Articles) > 8 {
			return invalid("data", "1 to 8 articles", text)
		}
	case "position":
	default:
		return invalid("type", "text, articles, position", m.kind)
	}
	m.data, m.text = text, *cmp.Or(data.Text, new(string))
	return nil
}
