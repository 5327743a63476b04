package weibofake

import (
	"slices"
	"strconv"
	"time"
)

// comment stands under a post.
type comment struct {
	id      int64
	author  *user
	on      *post
	to      *comment // that it answers; nil for none
	text    string   // as sent
	before  string   // what Weibo put before it
	shown   string
	rip     string
	at      time.Time
	from    time.Time // lists show it from then on
	deleted bool
}

func (x *comment) idstr() string { return strconv.FormatInt(x.id, 10) }

func (s *Server) commentCount(p *post) (n int) {
	for _, x := range s.comments {
		if x.on == p && !x.deleted {
			n++
		}
	}
	return n
}

// commented is the comment of an id among the parameters.
func (s *Server) commented(c *call) (*comment, error) {
	if err := c.need("cid"); err != nil {
		return nil, err
	}
	id, err := c.id("cid")
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(s.comments, func(x *comment) bool { return x.id == id && !x.deleted && !x.on.deleted })
	if i < 0 {
		return nil, problem(20201)
	}
	return s.comments[i], nil
}

// createComment is comments/create.
func (s *Server) createComment(c *call) (any, error) {
	on, err := s.posted(c)
	if err != nil {
		return nil, err
	}
	return s.write(c, on, nil, "")
}

// replyComment is comments/reply; Weibo itself puts the name before the text,
// unless without_mention is 1.
func (s *Server) replyComment(c *call) (any, error) {
	on, err := s.posted(c)
	if err != nil {
		return nil, err
	}
	to, err := s.commented(c)
	if err != nil {
		return nil, err
	}
	if to.on != on {
		return nil, problem(20201)
	}
	if c.get("without_mention") == "1" {
		return s.write(c, on, to, "")
	}
	return s.write(c, on, to, prefix(to))
}

// prefix is what Weibo puts before the answer to a comment.
func prefix(to *comment) string { return "回复@" + to.author.name + ":" }

// write stores a comment of the caller.
func (s *Server) write(c *call, on *post, to *comment, before string) (any, error) {
	if err := c.need("comment", "rip"); err != nil {
		return nil, err
	}
	if err := plausible(c.get("rip")); err != nil {
		return nil, err
	}
	text := c.get("comment")
	if err := s.fits(text); err != nil {
		return nil, err
	}
	since := s.now().Add(-s.o.Recent)
	for _, x := range s.comments {
		if s.o.Recent > 0 && x.author == c.me && x.on == on && x.to == to && x.at.After(since) && x.text == text {
			return nil, problem(20019)
		}
	}
	x := s.put(c.me, on, to, text)
	x.before, x.shown, x.rip, x.from = before, s.show(before+text), c.get("rip"), x.at.Add(c.hide)
	return s.comment(x), nil
}

func (s *Server) put(u *user, on *post, to *comment, text string) *comment {
	x := &comment{id: s.item(), author: u, on: on, to: to, text: text, shown: s.show(text), at: s.now()}
	x.from = x.at
	s.comments = append(s.comments, x)
	return x
}

// destroyComment is comments/destroy: of one's own, or under one's own posts.
func (s *Server) destroyComment(c *call) (any, error) {
	x, err := s.commented(c)
	if err != nil {
		return nil, err
	}
	if x.author != c.me && x.on.author != c.me {
		return nil, problem(20203)
	}
	x.deleted = true
	return s.comment(x), nil
}
