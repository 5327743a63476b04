package weibofake

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// posted is the post of an id among the parameters.
func (s *Server) posted(c *call) (*post, error) {
	if err := c.need("id"); err != nil {
		return nil, err
	}
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(s.posts, func(p *post) bool { return p.id == id && !p.deleted })
	if i < 0 {
		return nil, problem(20101)
	}
	return s.posts[i], nil
}

// destroyStatus is statuses/destroy.
func (s *Server) destroyStatus(c *call) (any, error) {
	p, err := s.posted(c)
	if err != nil {
		return nil, err
	}
	if p.author != c.me {
		return nil, problem(20102)
	}
	p.deleted = true
	return s.status(p), nil
}

// showStatus is statuses/show, of the account's own posts.
func (s *Server) showStatus(c *call) (any, error) {
	p, err := s.posted(c)
	if err != nil {
		return nil, err
	}
	if p.author != c.me {
		return nil, problem(20112)
	}
	return s.status(p), nil
}

// countStatuses is statuses/count: up to 100 ids; those that are gone are left out.
func (s *Server) countStatuses(c *call) (any, error) {
	ids := strings.Split(c.get("ids"), ",")
	switch {
	case c.get("ids") == "":
		return nil, problem(20001)
	case len(ids) > 100:
		return nil, problem(20009)
	}
	all := []object{}
	for _, text := range ids {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, invalid("ids", "int64,int64", c.get("ids"))
		}
		for _, p := range s.posts {
			if p.id == id && !p.deleted {
				all = append(all, object{"id": p.id, "comments": s.commentCount(p), "reposts": 0, "attitudes": 0})
			}
		}
	}
	return all, nil
}

// userTimeline is statuses/user_timeline; since 2015 of the token's owner only.
func (s *Server) userTimeline(c *call) (any, error) {
	if err := c.self(); err != nil {
		return nil, err
	}
	return s.statuses(c, 20, 100, func(p *post) bool { return p.author == c.me })
}

// statusMentions is statuses/mentions: the posts of others that name the account.
func (s *Server) statusMentions(c *call) (any, error) {
	return s.statuses(c, 50, 200, func(p *post) bool {
		return p.author != c.me && names(p.text, c.me) && c.wants(p.author)
	})
}

func (s *Server) statuses(c *call, standard, most int, is func(*post) bool) (any, error) {
	all := slices.DeleteFunc(slices.Clone(s.posts), func(p *post) bool { return p.deleted || !is(p) })
	picked, answer, err := page(c, all, standard, most)
	if err != nil {
		return nil, err
	}
	list := []object{}
	for _, p := range picked {
		list = append(list, s.status(p))
	}
	answer["statuses"], answer["hasvisible"] = list, false
	return answer, nil
}

// wants is filter_by_author: 0 all, 1 those whom the account follows, 2 strangers.
func (c *call) wants(author *user) bool {
	_, known := c.me.follows[author]
	switch c.get("filter_by_author") {
	case "1":
		return known
	case "2":
		return !known
	}
	return true
}

// names tells whether a text has @name, and no longer name there.
func names(text string, u *user) bool {
	return regexp.MustCompile(`@` + regexp.QuoteMeta(u.name) + `(?:[^\p{L}\p{N}_-]|$)`).MatchString(text)
}
