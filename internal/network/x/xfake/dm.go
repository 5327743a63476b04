package xfake

import (
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of messages.
const (
	directLimit = 10_000
	directReach = 30 * 24 * time.Hour // how far back they are listed
)

// message is a direct message.
type message struct {
	id       string
	from, to *user
	text     string
	media    []*media
	at       time.Time
	hidden   map[*user]bool // who deleted it
}

// conversation is the id of what two people write to each other.
func conversation(a, b *user) string {
	if compareIDs(a.id, b.id) > 0 {
		a, b = b, a
	}
	return a.id + "-" + b.id
}

func (s *Server) send(from, to *user, text string, pictures []*media) *message {
	m := &message{id: s.ids.next(), from: from, to: to, text: strings.TrimSpace(text), media: pictures, at: s.now(), hidden: map[*user]bool{}}
	s.messages = append(s.messages, m)
	from.wrote[to] = true
	s.tellMessage(m)
	return m
}

// postMessage is POST /2/dm_conversations/with/:id/messages.
func (s *Server) postMessage(c *call) (any, error) {
	var in struct {
		Text        string       `json:"text"`
		Attachments []attachment `json:"attachments"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	to := s.user(c.r.PathValue("id"))
	if to == nil {
		return nil, gone("user", "participant_id", c.r.PathValue("id"))
	}
	pictures, err := s.attached(c, in.Attachments)
	if err == nil {
		err = s.fits(in.Text, pictures)
	}
	switch {
	case err != nil:
		return nil, err
	case !to.wrote[c.me] || to == c.me:
		return nil, forbidden("You do not have permission to DM one or more participants.")
	}
	if err := s.pay(priceSend); err != nil {
		return nil, err
	}
	m := s.send(c.me, to, in.Text, pictures)
	c.status = http.StatusCreated
	return object{"data": object{"dm_conversation_id": conversation(m.from, m.to), "dm_event_id": m.id}}, nil
}

type attachment struct {
	ID string `json:"media_id"`
}

// attached is the picture that goes with a message: one at most.
func (s *Server) attached(c *call, list []attachment) (pictures []*media, err error) {
	for _, a := range list {
		m := s.media[a.ID]
		if m == nil || m.owner != c.me || !m.ready() || !s.now().Before(m.until) || !strings.HasPrefix(m.category, "dm_") || len(list) > 1 {
			return nil, invalid("attachments", a.ID, "Your media IDs are invalid.")
		}
		pictures = append(pictures, m)
	}
	return pictures, nil
}

func (s *Server) fits(text string, pictures []*media) error {
	length := utf8.RuneCountInString
	if s.options.DirectLength != nil {
		length = s.options.DirectLength
	}
	text = strings.TrimSpace(text)
	if text == "" && len(pictures) == 0 {
		return invalid("text", "", "$.text: must be at least 1 characters long")
	}
	if length(text) > directLimit {
		return invalid("text", "", "$.text: may only be %d characters long", directLimit)
	}
	return nil
}

// deleteMessage is DELETE /2/dm_events/:id: the other one keeps it.
func (s *Server) deleteMessage(c *call) (any, error) {
	id := c.r.PathValue("id")
	i := slices.IndexFunc(s.messages, func(m *message) bool { return m.id == id && (m.from == c.me || m.to == c.me) && !m.hidden[c.me] })
	if i < 0 {
		return nil, gone("dm_event", "id", id)
	}
	s.messages[i].hidden[c.me] = true
	return object{"data": object{"deleted": true}}, nil
}
