package xfake

import (
	"slices"
	"strconv"
)

// eventFields are what a post in an event has; events keep the old names.
var eventFields = []string{"author_id", "conversation_id", "created_at", "in_reply_to_user_id", "referenced_tweets", "entities", "lang",
	"public_metrics", "edit_history_tweet_ids", "display_text_range", "note_tweet", "reply_settings", "possibly_sensitive",
	"paid_partnership", "attachments"}

var eventUserFields = []string{"created_at", "description", "protected", "verified", "public_metrics", "affiliation"}

// old runs f with the names as they were before July 2026.
func (s *Server) old(f func()) {
	names := s.options.NewNames
	s.options.NewNames = false
	f()
	s.options.NewNames = names
}

// tellPost tells of a new post those whom it names, answers or quotes.
func (s *Server) tellPost(p *post) {
	s.old(func() {
		x := s.wirePost(p, eventFields)
		users := []object{s.wireUser(p.author, eventUserFields)}
		for _, u := range p.named {
			if u != p.author {
				users = append(users, s.wireUser(u, eventUserFields))
			}
		}
		includes := object{"users": users, "tweets": []object{x}}
		s.tell("post.create", p.author, "outbound", x, includes)
		for _, u := range p.named {
			if u != p.author {
				s.tell("post.mention.create", u, "inbound", x, includes)
			}
		}
		if p.parent != nil && p.parent.author != p.author {
			s.tell("post.reply.create", p.parent.author, "inbound", x, includes)
		}
		if p.quoted != nil && p.quoted.author != p.author {
			s.tell("post.quote.create", p.quoted.author, "inbound", x, includes)
		}
	})
}

func (s *Server) tellDeleted(p *post) {
	s.tell("post.delete", p.author, "outbound", object{"id": p.id, "author_id": p.author.id},
		object{"users": []object{{"data": s.wireUser(p.author, eventUserFields)}}})
}

func (s *Server) tellFollow(kind string, by, of *user) {
	x := object{"source": object{"data": s.wireUser(by, eventUserFields)}, "target": object{"data": s.wireUser(of, eventUserFields)}}
	s.tell(kind, of, "inbound", x, nil)
	s.tell(kind, by, "outbound", x, nil)
}

// tellMessage has the form of older days (docs.x.com, X Activity API, event payloads).
func (s *Server) tellMessage(m *message) {
	w := s.wire(m.id, m.text, len(m.media) > 0)
	urls, _ := w.entities["urls"].([]object)
	x := object{
		"direct_message_events": []object{{
			"type": "message_create", "id": m.id, "created_timestamp": strconv.FormatInt(m.at.UnixMilli(), 10),
			"message_create": object{
				"target": object{"recipient_id": m.to.id}, "sender_id": m.from.id,
				"message_data": object{"text": w.text, "entities": object{
					"hashtags": []object{}, "symbols": []object{}, "user_mentions": []object{}, "urls": slices.Concat([]object{}, urls)}},
			},
		}},
		"users": object{m.from.id: object{"data": s.wireUser(m.from, eventUserFields)},
			m.to.id: object{"data": s.wireUser(m.to, eventUserFields)}},
	}
	s.tell("dm.received", m.to, "inbound", x, nil)
	s.tell("dm.sent", m.from, "outbound", x, nil)
}
