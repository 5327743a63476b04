package weibofake

import "slices"

// showComments is comments/show: those under a post.
func (s *Server) showComments(c *call) (any, error) {
	on, err := s.posted(c)
	if err != nil {
		return nil, err
	}
	return s.list(c, func(x *comment) bool { return x.on == on && c.wants(x.author) })
}

// commentsToMe is comments/to_me: under the account's posts, or in answer to its
// comments, by others.
func (s *Server) commentsToMe(c *call) (any, error) {
	return s.list(c, func(x *comment) bool {
		return x.author != c.me && (x.on.author == c.me || x.to != nil && x.to.author == c.me) && c.wants(x.author)
	})
}

// commentsByMe is comments/by_me.
func (s *Server) commentsByMe(c *call) (any, error) {
	return s.list(c, func(x *comment) bool { return x.author == c.me })
}

// commentMentions is comments/mentions: those of others that name the account.
func (s *Server) commentMentions(c *call) (any, error) {
	return s.list(c, func(x *comment) bool {
		return x.author != c.me && names(x.shown, c.me) && c.wants(x.author)
	})
}

func (s *Server) list(c *call, is func(*comment) bool) (any, error) {
	all := slices.DeleteFunc(slices.Clone(s.comments), func(x *comment) bool { return x.deleted || x.on.deleted || !is(x) })
	picked, answer, err := page(c, all, 50, 200)
	if err != nil {
		return nil, err
	}
	list := []object{}
	for _, x := range picked {
		list = append(list, s.comment(x))
	}
	answer["comments"], answer["hasvisible"] = list, false
	return answer, nil
}
