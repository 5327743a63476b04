package xfake

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// How far back timelines reach (docs/networks.md, X, Endpoints).
const (
	oldestMentions = 800
	oldestOwn      = 3200
)

// getMentions is GET /2/users/:id/mentions.
func (s *Server) getMentions(c *call) (any, error) {
	return s.timeline(c, oldestMentions, s.options.MentionLag, func(u *user,
		p *post) bool {
		return p.author != u && slices.Contains(p.named, u)
	})
}

// getOwn is GET /2/users/:id/tweets.
func (s *Server) getOwn(c *call) (any, error) {
	noReplies := slices.Contains(c.list("exclude"), "replies")
	return s.timeline(c, oldestOwn, s.options.IndexLag, func(u *user, p *post) bool {
		return p.author == u && (!noReplies ||
			p.parent == nil)
	})
}

// span is what of a timeline is asked for.
type span struct {
	after, before string // ids, not included
	from, to      time.Time
	most          int
	page          string // id of the last post of the page before
}

func (c *call) span() (x span, err error) {
	var errs [6]error
	x.after, errs[0] = c.id("since_id")
	x.before, errs[1] = c.id("until_id")
	x.from, errs[2] = c.instant("start_time")
	x.to, errs[3] = c.instant("end_time")
	x.most, errs[4] = c.number("max_results", 10, 5, 100)
	x.page, errs[5] = c.page("posts")
	return x, cmp.Or(errs[0], errs[1], errs[2], errs[3], errs[4], errs[5])
}

func (x span) has(p *post) bool {
	switch {
	case x.after != "" && compareIDs(p.id, x.after) <= 0, x.before != "" && compareIDs(p.id, x.before) >= 0,
		x.page != "" && compareIDs(p.id, x.page) >= 0:
		return false
	}
	return !p.at.Before(x.from) && (x.to.IsZero() || p.at.Before(x.to))
}

// timeline is a page of the newest so many posts that belong to a user, and
// that the index knows already.
func (s *Server) timeline(c *call, reach int, lag time.Duration, belongs func(*user, *post) bool) (any, error) {
	u := s.user(c.r.PathValue("id"))
	if u == nil {
		return s.lookedUp("user", "id", c.r.PathValue("id"))
	}
	x, err := c.span()
	if err != nil {
		return nil, err
	}
	all := s.newest(reach, func(p *post) bool { return belongs(u, p) && s.now().Sub(p.at) >= lag })
	page := slices.DeleteFunc(all, func(p *post) bool { return !x.has(p) })
	more := len(page) > x.most
	return s.pageOf(c, u, page[:min(len(page), x.most)], more), nil
}

// newest are the newest so many posts that are wanted, the newest first.
func (s *Server) newest(most int, wanted func(*post) bool) (all []*post) {
	for _, p := range slices.Backward(s.posts) {
		if len(all) < most && !p.deleted && wanted(p) {
			all = append(all, p)
		}
	}
	return all
}

func (s *Server) pageOf(c *call, u *user, page []*post, more bool) object {
	meta := object{"result_count": len(page)}
	if len(page) == 0 {
		return object{"meta": meta}
	}
	last := page[len(page)-1].id
	meta["newest_id"], meta["oldest_id"] = page[0].id, last
	if more {
		meta["next_token"] = token("posts", last)
	}
	return within(object{"data": s.wirePosts(c, page, u == c.me), "meta": meta}, s.includes(c, page))
}

func (s *Server) wirePosts(c *call, posts []*post, owned bool) (all []object) {
	for _, p := range posts {
		s.readFor(c, "post", p.id, pricePost, owned || p.author == c.me)
		all = append(all, s.wirePost(p, s.fields(c, "tweet.fields")))
	}
	return all
}

// getTweets is GET /2/tweets?ids=.
func (s *Server) getTweets(c *call) (any, error) {
	ids := c.list("ids")
	if len(ids) == 0 || len(ids) > 100 || slices.ContainsFunc(ids, func(id string) bool { return !isID(id) }) {
		return nil, invalid("ids", strings.Join(ids, ","), "The `ids` query parameter has 1 to 100 ids")
	}
	var found []*post
	var errs []object
	for _, id := range ids {
		if p := s.post(id); p != nil && !p.deleted {
			found = append(found, p)
		} else {
			errs = append(errs, missing("tweet", "ids", id))
		}
	}
	out := object{}
	if len(found) > 0 {
		out["data"] = s.wirePosts(c, found, false)
	}
	if len(errs) > 0 {
		out["errors"] = errs
	}
	return within(out, s.includes(c, found)), nil
}

// getTweet is GET /2/tweets/:id.
func (s *Server) getTweet(c *call) (any, error) {
	id := c.r.PathValue("id")
	if !isID(id) {
		return nil, invalid("id", id, "The `id` query parameter value [%s] is not valid", id)
	}
	p := s.post(id)
	if p == nil || p.deleted {
		return s.lookedUp("tweet", "id", id)
	}
	one := []*post{p}
	return within(object{"data": s.wirePosts(c, one, false)[0]}, s.includes(c, one)), nil
}
