package xfake

import (
	"cmp"
	"slices"
)

// getMessages is GET /2/dm_events: all of the account, both ways, the newest first.
func (s *Server) getMessages(c *call) (any, error) {
	return s.listMessages(c, func(*message) bool { return true })
}

// getMessagesWith is GET /2/dm_conversations/with/:id/dm_events.
func (s *Server) getMessagesWith(c *call) (any, error) {
	who := s.user(c.r.PathValue("id"))
	if who == nil {
		return nil, gone("user", "participant_id", c.r.PathValue("id"))
	}
	return s.listMessages(c, func(m *message) bool { return m.from == who || m.to == who })
}

func (s *Server) listMessages(c *call, wanted func(*message) bool) (any, error) {
	most, err := c.number("max_results", 100, 1, 100)
	before, err2 := c.page("messages")
	if err := cmp.Or(err, err2); err != nil {
		return nil, err
	}
	var page []*message
	more := false
	kinds := c.list("event_types")
	for _, m := range slices.Backward(s.messages) {
		mine := (m.from == c.me || m.to == c.me) && !m.hidden[c.me] && s.now().Sub(m.at) < directReach
		if !mine || !wanted(m) || before != "" && compareIDs(m.id, before) >= 0 || kinds != nil && !slices.Contains(kinds, "MessageCreate") {
			continue
		}
		if more = len(page) == most; more {
			break
		}
		page = append(page, m)
	}
	return s.pageOfMessages(c, page, more), nil
}

func (s *Server) pageOfMessages(c *call, page []*message, more bool) object {
	meta := object{"result_count": len(page)}
	if len(page) == 0 {
		return object{"meta": meta}
	}
	if more {
		meta["next_token"] = token("messages", page[len(page)-1].id)
	}
	var data []object
	var users []*user
	for _, m := range page {
		s.readFor(c, "message", m.id, priceMessage, false)
		data = append(data, s.wireMessage(m, c.list("dm_event.fields")))
		if slices.Contains(c.list("expansions"), "sender_id") {
			users = append(users, m.from)
		}
		if slices.Contains(c.list("expansions"), "participant_ids") {
			users = append(users, m.from, m.to)
		}
	}
	return within(object{"data": data, "meta": meta}, s.included(c, users, nil, nil))
}

func (s *Server) wireMessage(m *message, fields []string) object {
	w := s.wire(m.id, m.text, len(m.media) > 0)
	x := object{"id": m.id, "event_type": "MessageCreate", "text": w.text}
	all := object{"sender_id": m.from.id, "created_at": stamp(m.at), "dm_conversation_id": conversation(m.from, m.to)}
	if len(w.entities) > 0 {
		all["entities"] = w.entities
	}
	if len(m.media) > 0 {
		all["attachments"] = object{"media_keys": []string{m.media[0].key()}}
	}
	for _, name := range fields {
		if value, ok := all[name]; ok {
			x[name] = value
		}
	}
	return x
}
