package xfake

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// user is anybody on X, brand or person.
type user struct {
	id, name, title, about string
	bot                    bool
	brand                  bool
	scopes                 []string // of a brand's tokens
	since                  time.Time
	followers              []follow // the oldest first
	follows                int      // how many there ever were
	wrote                  map[*user]bool
}

// follow is one follower; n grows.
type follow struct {
	by *user
	n  int
}

func (s *Server) addUser(name string) *user {
	u := &user{id: s.ids.next(), name: name, title: name, since: s.now(), wrote: map[*user]bool{}}
	s.users = append(s.users, u)
	return u
}

func (s *Server) addAccount(a Account) {
	u := s.addUser(a.Name)
	u.title, u.about, u.bot, u.brand, u.scopes = cmp.Or(a.Title, a.Name), a.About, a.Bot, true, a.Scopes
	if u.scopes == nil {
		u.scopes = Scopes
	}
}

// named is the user of that name in any case, or nil.
func (s *Server) named(name string) *user {
	i := slices.IndexFunc(s.users, func(u *user) bool { return strings.EqualFold(u.name, name) })
	if i < 0 {
		return nil
	}
	return s.users[i]
}

// account is a brand's account; a test that names another is wrong.
func (s *Server) account(name string) *user {
	u := s.named(name)
	if u == nil {
		panic(fmt.Sprintf("xfake: there is no account %q", name))
	}
	return u
}

func (s *Server) user(id string) *user {
	i := slices.IndexFunc(s.users, func(u *user) bool { return u.id == id })
	if i < 0 {
		return nil
	}
	return s.users[i]
}

// wireUser is a user with the fields that were asked for.
func (s *Server) wireUser(u *user, fields []string) object {
	x := object{"id": u.id, "name": u.title, "username": u.name}
	all := object{
		"created_at": stamp(u.since), "description": u.about, "protected": false, "verified": false, "verified_type": "none",
		"url": "", "profile_image_url": "https://pbs.twimg.com/profile_images/0/example_normal.jpg",
		"public_metrics": object{"followers_count": len(u.followers), "following_count": 0, "listed_count": 0, "like_count": 0,
			s.rename("tweet_count"): s.published(u)},
	}
	if u.bot {
		all["affiliation"] = object{"badge_url": "https://pbs.twimg.com/semantic_core_img/1428827730364096519/4ZXpTBhS",
			"description": "Automated"}
	}
	for _, name := range fields {
		if value, ok := all[name]; ok {
			x[name] = value
		}
	}
	return x
}

// stamp is a time as X writes it.
func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }

// getMe is GET /2/users/me.
func (s *Server) getMe(c *call) (any, error) {
	s.readFor(c, "user", c.me.id, priceUser, true)
	return object{"data": s.wireUser(c.me, c.list("user.fields"))}, nil
}

// getUser is GET /2/users/:id.
func (s *Server) getUser(c *call) (any, error) {
	return s.oneUser(c, s.user(c.r.PathValue("id")), "id", c.r.PathValue("id"))
}

// getByName is GET /2/users/by/username/:name.
func (s *Server) getByName(c *call) (any, error) {
	name := c.r.PathValue("name")
	if !validName.MatchString(name) {
		return nil, invalid("username", name, "The `username` query parameter value [%s] does not match ^[A-Za-z0-9_]{1,15}$", name)
	}
	return s.oneUser(c, s.named(name), "username", name)
}

func (s *Server) oneUser(c *call, u *user, parameter, value string) (any, error) {
	if u == nil {
		return s.lookedUp("user", parameter, value)
	}
	s.readFor(c, "user", u.id, priceUser, u == c.me)
	return object{"data": s.wireUser(u, c.list("user.fields"))}, nil
}
