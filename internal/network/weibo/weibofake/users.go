package weibofake

import (
	"cmp"
	"slices"
	"strconv"
)

// self checks that a call about a user is about the token's owner: ordinary apps
// may ask about nobody else.
func (c *call) self() error {
	uid, name := c.get("uid"), c.get("screen_name")
	if uid != "" && uid != c.me.idstr() || name != "" && name != c.me.name {
		return problem(10014)
	}
	return nil
}

// getUID is account/get_uid.
func (s *Server) getUID(c *call) (any, error) { return object{"uid": c.me.id}, nil }

// showUser is users/show.
func (s *Server) showUser(c *call) (any, error) {
	if c.get("uid") == "" && c.get("screen_name") == "" {
		return nil, problem(20002)
	}
	if err := c.self(); err != nil {
		return nil, err
	}
	return s.profile(c.me), nil
}

// followers is friendships/followers: the account's own, and of these only those
// who authorised the app too, the newest first.
func (s *Server) followers(c *call) (any, error) {
	if c.get("uid") == "" && c.get("screen_name") == "" {
		return nil, problem(20002)
	}
	if err := c.self(); err != nil {
		return nil, err
	}
	start, err := c.id("cursor")
	if err != nil {
		return nil, err
	}
	all := s.followersOf(c.me)
	first := min(len(all), int(start)) //nolint:gosec // a cursor is as small as the list
	rest := all[first:]
	count := min(len(rest), c.number("count", 5, 200))
	answer := object{"previous_cursor": max(0, first-count), "next_cursor": 0, "total_number": len(all)}
	if count < len(rest) {
		answer["next_cursor"] = first + count
	}
	users := []object{}
	for _, u := range rest[:count] {
		users = append(users, s.profile(u))
	}
	answer["users"] = users
	return answer, nil
}

func (s *Server) followersOf(u *user) (all []*user) {
	for _, x := range s.users {
		if _, follows := x.follows[u]; follows && x.authorised {
			all = append(all, x)
		}
	}
	slices.SortStableFunc(all, func(a, b *user) int {
		return cmp.Or(b.follows[u].Compare(a.follows[u]), cmp.Compare(b.id, a.id))
	})
	return all
}

// userOf is the user of an id in digits; nil for none.
func (s *Server) userOf(id string) *user {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return nil
	}
	return s.numbered(n)
}
