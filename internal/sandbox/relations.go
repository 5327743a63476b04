package sandbox

import (
	"net/http"
	"slices"
)

// follow makes from follow to, or ask to, and notifies.
func (s *Server) follow(from, to *account) {
	p := pair{from, to}
	if from == to || to.blocks[from] || s.world.follows[p] != nil || s.world.requests[p] != nil {
		return
	}
	f := &follow{id: s.world.ids.count(), from: from, to: to}
	if to.locked {
		s.world.requests[p] = f
		s.notify(to, "follow_request", from, nil)
		return
	}
	s.connect(f)
	s.notify(to, "follow", from, nil)
}

func (s *Server) connect(f *follow) {
	s.world.follows[pair{f.from, f.to}] = f
	f.to.followers = append(f.to.followers, f)
	f.from.following = append(f.from.following, f)
}

func (s *Server) unfollow(from, to *account) {
	p := pair{from, to}
	delete(s.world.requests, p)
	f := s.world.follows[p]
	if f == nil {
		return
	}
	delete(s.world.follows, p)
	same := func(g *follow) bool { return g == f }
	to.followers = slices.DeleteFunc(to.followers, same)
	from.following = slices.DeleteFunc(from.following, same)
}

// wireRelationship is how me stands to a.
func (s *Server) wireRelationship(me, a *account) object {
	w := &s.world
	return object{
		"id": a.id, "following": w.follows[pair{me, a}] != nil, "followed_by": w.follows[pair{a, me}] != nil,
		"requested": w.requests[pair{me, a}] != nil, "requested_by": w.requests[pair{a, me}] != nil,
		"blocking": me.blocks[a], "blocked_by": a.blocks[me], "muting": me.mutes[a], "muting_notifications": me.mutes[a],
		"muting_expires_at": nil, "domain_blocking": false, "notifying": false, "showing_reblogs": true,
		"endorsed": false, "languages": nil, "note": "",
	}
}

func (s *Server) relationships(c *call) (any, error) {
	out := []object{}
	for _, id := range c.params["id"] {
		if a := s.world.accounts[id]; a != nil {
			out = append(out, s.wireRelationship(c.me, a))
		}
	}
	return out, nil
}

// onAccount makes an answer out of what f does with the account of the address.
func (s *Server) onAccount(f func(me, a *account)) answer {
	return func(c *call) (any, error) {
		a, err := s.accountOf(c)
		if err != nil {
			return nil, err
		}
		if a == c.me {
			return nil, fail(http.StatusForbidden, "This action is not allowed")
		}
		f(c.me, a)
		return s.wireRelationship(c.me, a), nil
	}
}

func (s *Server) followAccount(c *call) (any, error) {
	a, err := s.accountOf(c)
	if err == nil && a.blocks[c.me] {
		return nil, fail(http.StatusForbidden, "This action is not allowed")
	}
	return s.onAccount(s.follow)(c)
}

func (s *Server) block(me, a *account) {
	me.blocks[a] = true
	s.unfollow(me, a)
	s.unfollow(a, me)
}

func unblock(me, a *account) { delete(me.blocks, a) }
func mute(me, a *account)    { me.mutes[a] = true }
func unmute(me, a *account)  { delete(me.mutes, a) }

func (s *Server) followRequests(c *call) (any, error) {
	var waiting []*follow
	for p, f := range s.world.requests {
		if p.to == c.me {
			waiting = append(waiting, f)
		}
	}
	slices.SortFunc(waiting, func(a, b *follow) int { return compareIDs(a.id, b.id) })
	return s.writeFollows(c, waiting, func(f *follow) *account { return f.from })
}

func (s *Server) authorizeRequest(c *call) (any, error) {
	return s.decide(c, func(f *follow) {
		s.connect(f)
		s.notify(f.to, "follow", f.from, nil)
	})
}

func (s *Server) rejectRequest(c *call) (any, error) { return s.decide(c, func(*follow) {}) }

func (s *Server) decide(c *call, then func(*follow)) (any, error) {
	a, err := s.accountOf(c)
	if err != nil {
		return nil, err
	}
	p := pair{a, c.me}
	f := s.world.requests[p]
	if f == nil {
		return nil, errNotFound
	}
	delete(s.world.requests, p)
	then(f)
	return s.wireRelationship(c.me, a), nil
}
