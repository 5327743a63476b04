package xfake

import "slices"

// said is the text of a post as X says it back.
func (s *Server) said(p *post) wired { return s.wire(p.id, p.lead+p.text, len(p.media) > 0) }

// wirePost is a post with the fields that were asked for; fields and the names
// of the answer are the server's own.
func (s *Server) wirePost(p *post, fields []string) object {
	w := s.said(p)
	x, all := object{"id": p.id, "text": w.text}, s.wholePost(p, w)
	if short, long := s.cut280(p); long {
		x["text"] = short.text
		all["entities"], all[s.rename("note_tweet")] = short.entities, object{"text": w.text, "entities": w.entities}
	}
	for _, name := range fields {
		if value, ok := all[name]; ok {
			x[name] = value
		}
	}
	return x
}

func (s *Server) wholePost(p *post, w wired) object {
	all := object{
		"author_id": p.author.id, "conversation_id": p.root().id, "created_at": stamp(p.at), "lang": language(p.text),
		"reply_settings":     "everyone",
		"possibly_sensitive": false, "paid_partnership": p.paid, "made_with_ai": p.ai, s.rename("edit_history_tweet_ids"): []string{p.id},
		"display_text_range": []int{len(p.lead), len([]rune(w.text))}, "public_metrics": s.metrics(p),
	}
	if len(w.entities) > 0 {
		all["entities"] = w.entities
	}
	var refers []object
	if p.parent != nil {
		all["in_reply_to_user_id"] = p.parent.author.id
		refers = append(refers, object{"type": "replied_to", "id": p.parent.id})
	}
	if p.quoted != nil {
		refers = append(refers, object{"type": "quoted", "id": p.quoted.id})
	}
	if len(refers) > 0 {
		all[s.rename("referenced_tweets")] = refers
	}
	if len(p.media) > 0 {
		var list []string
		for _, m := range p.media {
			list = append(list, m.key())
		}
		all["attachments"] = object{"media_keys": list}
	}
	return all
}

func (s *Server) metrics(p *post) object {
	replies, quotes := 0, 0
	for _, x := range s.posts {
		switch {
		case x.deleted:
		case x.parent == p:
			replies++
		case x.quoted == p:
			quotes++
		}
	}
	return object{s.rename("retweet_count"): 0, "reply_count": replies, "like_count": 0, "quote_count": quotes, "bookmark_count": 0,
		"impression_count": 0}
}

// includes are the objects that the expansions ask for.
func (s *Server) includes(c *call, posts []*post) object {
	var users []*user
	var others []*post
	var pictures []object
	for _, name := range c.list("expansions") {
		for _, p := range posts {
			switch name {
			case "author_id":
				users = append(users, p.author)
			case "entities.mentions.username":
				users = append(users, p.named...)
			case "in_reply_to_user_id":
				if p.parent != nil {
					users = append(users, p.parent.author)
				}
			case s.rename("referenced_tweets.id"):
				others = append(others, p.parent, p.quoted)
			case "attachments.media_keys":
				pictures = append(pictures, wireMedia(p.media, c.list("media.fields"))...)
			}
		}
	}
	return s.included(c, users, others, pictures)
}

func (s *Server) included(c *call, users []*user, posts []*post, pictures []object) object {
	all := object{}
	var people, others []object
	for i, u := range users {
		if !slices.Contains(users[:i], u) {
			s.readFor(c, "user", u.id, priceUser, u == c.me)
			people = append(people, s.wireUser(u, c.list("user.fields")))
		}
	}
	for i, p := range posts {
		if p != nil && !p.deleted && !slices.Contains(posts[:i], p) {
			others = append(others, s.wirePost(p, s.fields(c, "tweet.fields")))
		}
	}
	for name, list := range map[string][]object{"users": people, "tweets": others, "media": pictures} {
		if len(list) > 0 {
			all[name] = list
		}
	}
	return all
}

// within adds includes to an answer where there are any.
func within(answer, includes object) object {
	if len(includes) > 0 {
		answer["includes"] = includes
	}
	return answer
}
