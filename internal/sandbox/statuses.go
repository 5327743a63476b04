package sandbox

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
)

// statusOf is the status that the address names, if the caller may see it.
func (s *Server) statusOf(c *call) (*status, error) {
	x := s.world.byID[c.r.PathValue("id")]
	if x == nil || !x.visible(s, c.me) {
		return nil, errNotFound
	}
	return x, nil
}

func (s *Server) ownStatus(c *call) (*status, error) {
	x, err := s.statusOf(c)
	if err == nil && x.author != c.me {
		return nil, errNotFound
	}
	return x, err
}

// onStatus makes an answer out of what f does with the status of the address.
func (s *Server) onStatus(f func(c *call, x *status) error) answer {
	return func(c *call) (any, error) {
		x, err := s.statusOf(c)
		if err != nil {
			return nil, err
		}
		if x.reblog != nil {
			x = x.reblog
		}
		if err := f(c, x); err != nil {
			return nil, err
		}
		return s.wireStatus(x, c.me), nil
	}
}

func (s *Server) getStatus(c *call) (any, error) {
	x, err := s.statusOf(c)
	return s.answerStatus(x, c.me), err
}

func (s *Server) getStatuses(c *call) (any, error) {
	if s.options.Variant.NoBulk {
		return nil, fail(http.StatusMethodNotAllowed, "Method Not Allowed")
	}
	var found []*status
	for _, id := range c.params["id"] {
		if x := s.world.byID[id]; x != nil && x.visible(s, c.me) && len(found) < 40 {
			found = append(found, x)
		}
	}
	return s.wireStatuses(found, c.me), nil
}

func (s *Server) getSource(c *call) (any, error) {
	x, err := s.ownStatus(c)
	if err != nil {
		return nil, err
	}
	return object{"id": x.id, "text": x.text, "spoiler_text": x.spoiler}, nil
}

// putStatus is PUT /api/v1/statuses/:id.
func (s *Server) putStatus(c *call) (any, error) {
	x, err := s.ownStatus(c)
	if err != nil {
		return nil, err
	}
	d := draft{text: strings.TrimSpace(c.get("status")), spoiler: strings.TrimSpace(c.get("spoiler_text")), media: x.media}
	if err := s.checkText(c, &d); err != nil {
		return nil, err
	}
	x.text, x.spoiler, x.edited = d.text, d.spoiler, s.now()
	s.readEntities(x)
	s.streamStatus("status.update", x)
	return s.wireStatus(x, c.me), nil
}

func (s *Server) deleteStatus(c *call) (any, error) {
	x, err := s.ownStatus(c)
	if err != nil {
		return nil, err
	}
	w := s.wireStatus(x, c.me)
	w.Text = &x.text
	s.remove(x)
	return w, nil
}

// getContext is GET /api/v1/statuses/:id/context.
func (s *Server) getContext(c *call) (any, error) {
	x, err := s.statusOf(c)
	if err != nil {
		return nil, err
	}
	var ancestors []*status
	for p := x.parent; p != nil; p = p.parent {
		if p.visible(s, c.me) {
			ancestors = append(ancestors, p)
		}
	}
	slices.Reverse(ancestors)
	return object{
		"ancestors":   s.wireStatuses(ancestors, c.me),
		"descendants": s.wireStatuses(s.descendants(x, c.me), c.me),
	}, nil
}

// descendants are the answers below x, depth first.
func (s *Server) descendants(x *status, viewer *account) (all []*status) {
	for _, reply := range x.replies {
		if reply.visible(s, viewer) {
			all = append(all, reply)
		}
		all = append(all, s.descendants(reply, viewer)...)
	}
	return all
}

func (s *Server) favourite(c *call, x *status) error {
	if !x.favourites[c.me] {
		x.favourites[c.me] = true
		s.notify(x.author, "favourite", c.me, x)
	}
	return nil
}

func (s *Server) unfavourite(c *call, x *status) error {
	delete(x.favourites, c.me)
	return nil
}

// reblog is POST /api/v1/statuses/:id/reblog; doing it again changes nothing.
func (s *Server) reblog(c *call) (any, error) {
	x, err := s.statusOf(c)
	if err != nil {
		return nil, err
	}
	if x.reblog != nil {
		x = x.reblog
	}
	if x.visibility == "direct" || (x.visibility == "private" && x.author != c.me) {
		return nil, fail(http.StatusForbidden, "This action is not allowed")
	}
	return s.wireStatus(s.boost(c.me, x, cmp.Or(c.get("visibility"), "public")), c.me), nil
}

func (s *Server) boost(me *account, x *status, visibility string) *status {
	for _, y := range me.statuses {
		if y.reblog == x {
			return y
		}
	}
	y := &status{
		id: s.world.ids.next(), author: me, reblog: x, created: s.now(), visibility: visibility, language: x.language,
		favourites: map[*account]bool{}, boosts: map[*account]bool{},
	}
	y.conversation = y.id
	x.boosts[me] = true
	s.store(y)
	s.notify(x.author, "reblog", me, x)
	s.tell(y)
	return y
}

func (s *Server) unreblog(c *call, x *status) error {
	for _, y := range slices.Clone(c.me.statuses) {
		if y.reblog == x {
			s.remove(y)
		}
	}
	return nil
}

func (s *Server) favouritedBy(c *call) (any, error) {
	return s.listOf(c, func(x *status) map[*account]bool { return x.favourites })
}

func (s *Server) rebloggedBy(c *call) (any, error) {
	return s.listOf(c, func(x *status) map[*account]bool { return x.boosts })
}

func (s *Server) listOf(c *call, who func(*status) map[*account]bool) (any, error) {
	x, err := s.statusOf(c)
	if err != nil {
		return nil, err
	}
	var all []*account
	for a := range who(x) {
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b *account) int { return compareIDs(b.id, a.id) })
	return s.wireAccounts(all), nil
}

// timeline is a page of the statuses that belong.
func (s *Server) timeline(c *call, belongs func(*status) bool) (any, error) {
	keep := func(x *status) bool { return x.visible(s, c.me) && belongs(x) }
	page := choose(s.world.statuses, idOfStatus, keep, c.window(20, 40))
	s.link(c, namesOf(page, idOfStatus), true, "min_id")
	return s.wireStatuses(page, c.me), nil
}

func (s *Server) homeTimeline(c *call) (any, error) {
	return s.timeline(c, func(x *status) bool {
		return x.author == c.me || s.world.follows[pair{c.me, x.author}] != nil
	})
}

func (s *Server) publicTimeline(c *call) (any, error) {
	local, remote := c.flag("local"), c.flag("remote")
	return s.timeline(c, func(x *status) bool {
		return x.visibility == "public" && x.reblog == nil && x.parent == nil &&
			(!local || x.author.host == "") && (!remote || x.author.host != "")
	})
}

func (s *Server) tagTimeline(c *call) (any, error) {
	tag := strings.ToLower(c.r.PathValue("tag"))
	return s.timeline(c, func(x *status) bool { return x.visibility == "public" && slices.Contains(x.tags, tag) })
}
