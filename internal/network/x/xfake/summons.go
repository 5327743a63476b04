package xfake

import (
	"net/http"
	"slices"
	"strings"
)

// What X says to those whom nobody called (docs/networks.md, X, Who may be answered).
const (
	notSummoned = "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author of " +
		"the post you are replying to."
	notQuoted  = "Quoting this post is not allowed because you have not been mentioned or are not part of the conversation thread."
	parentGone = "You attempted to reply to a Tweet that is deleted or not visible to you."
)

func (s *Server) takeReply(in *wanted, p *post) error {
	if in.Reply == nil {
		return nil
	}
	if !isID(in.Reply.To) {
		return invalid("reply.in_reply_to_tweet_id", in.Reply.To, "$.reply.in_reply_to_tweet_id: does not match the regex pattern ^[0-9]{1,19}$")
	}
	p.parent = s.post(in.Reply.To)
	for _, id := range in.Reply.Exclude {
		p.exclude = append(p.exclude, s.user(id))
	}
	switch {
	case p.parent == nil:
		return gone("tweet", "reply.in_reply_to_tweet_id", in.Reply.To)
	case p.parent.deleted:
		return forbidden(parentGone)
	case !s.summoned(p.author, p.parent):
		return forbidden(notSummoned)
	}
	return nil
}

// summoned tells whether the author of p called for me: the post names me, or
// quotes one of mine. One's own posts one may always answer.
func (s *Server) summoned(me *user, p *post) bool {
	if p.author == me {
		return true
	}
	names := p.named
	if s.options.StrictReply {
		names = p.written
	}
	engaged := slices.Contains(names, me) || p.quoted != nil && p.quoted.author == me
	return engaged && s.now().Sub(p.at) >= s.options.SummonLag
}

// takeQuote refuses quotes: they are for Enterprise since 2026-04-20, unless
// the account takes part.
func (s *Server) takeQuote(in *wanted, p *post) error {
	if in.Quote == "" {
		return nil
	}
	p.quoted = s.post(in.Quote)
	switch {
	case p.media != nil || in.Poll != nil:
		return invalid("", "", "$.quote_tweet_id: stands alone, without media or a poll")
	case p.quoted == nil || p.quoted.deleted:
		return gone("tweet", "quote_tweet_id", in.Quote)
	case !s.summoned(p.author, p.quoted):
		return forbidden(notQuoted)
	}
	return nil
}

// deleteTweet is DELETE /2/tweets/:id.
func (s *Server) deleteTweet(c *call) (any, error) {
	id := c.r.PathValue("id")
	p := s.post(id)
	switch {
	case !isID(id):
		return nil, invalid("id", id, "The `id` query parameter value [%s] is not valid", id)
	case p == nil || p.deleted:
		return nil, gone("tweet", "id", id)
	case p.author != c.me:
		return nil, typed(http.StatusForbidden, "not-authorized-for-resource", "Authorization Error",
			"Sorry, you are not authorized to delete the Tweet with id: ["+strings.TrimSpace(id)+"].")
	}
	if err := s.pay(priceDelete); err != nil {
		return nil, err
	}
	p.deleted = true
	s.tellDeleted(p)
	return object{"data": object{"deleted": true}}, nil
}
