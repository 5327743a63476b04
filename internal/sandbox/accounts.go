package sandbox

import (
	"strings"
)

func (s *Server) accountOf(c *call) (*account, error) {
	a := s.world.accounts[c.r.PathValue("id")]
	if a == nil {
		return nil, errNotFound
	}
	return a, nil
}

func (s *Server) getAccount(c *call) (any, error) {
	a, err := s.accountOf(c)
	if err != nil {
		return nil, err
	}
	return s.wireAccount(a), nil
}

func (s *Server) getAccounts(c *call) (any, error) {
	var found []*account
	for _, id := range c.params["id"] {
		if a := s.world.accounts[id]; a != nil && len(found) < 40 {
			found = append(found, a)
		}
	}
	return s.wireAccounts(found), nil
}

func (s *Server) lookup(c *call) (any, error) {
	a := s.find(c.get("acct"))
	if a == nil {
		return nil, errNotFound
	}
	return s.wireAccount(a), nil
}

// search is GET /api/v2/search: accounts by the beginning of their name,
// statuses by their address.
func (s *Server) search(c *call) (any, error) {
	q := strings.TrimPrefix(strings.ToLower(c.get("q")), "@")
	kind := c.get("type")
	accounts, statuses := []*account{}, []*status{}
	if a := s.find(q); a != nil && (kind == "" || kind == "accounts") {
		accounts = append(accounts, a)
	}
	for _, x := range s.world.statuses {
		if (kind == "" || kind == "statuses") && x.visible(s, c.me) && (s.statusURL(x) == c.get("q") || s.statusURI(x) == c.get("q")) {
			statuses = append(statuses, x)
		}
	}
	return object{"accounts": s.wireAccounts(accounts), "statuses": s.wireStatuses(statuses, c.me), "hashtags": []object{}}, nil
}

func (s *Server) credentials(a *account) wireAccount {
	w := s.wireAccount(a)
	waiting := 0
	for p := range s.world.requests {
		if p.to == a {
			waiting++
		}
	}
	w.Source = object{
		"privacy": "public", "sensitive": false, "language": a.language, "note": a.note,
		"fields": []object{}, "follow_requests_count": waiting,
	}
	return w
}

func (s *Server) verifyCredentials(c *call) (any, error) { return s.credentials(c.me), nil }

func (s *Server) updateCredentials(c *call) (any, error) {
	set := func(name string, to *string) {
		if c.params.Has(name) {
			*to = c.get(name)
		}
	}
	set("display_name", &c.me.display)
	set("note", &c.me.note)
	set("source[language]", &c.me.language)
	if c.params.Has("bot") {
		c.me.bot = c.flag("bot")
	}
	if c.params.Has("locked") {
		c.me.locked = c.flag("locked")
	}
	return s.credentials(c.me), nil
}

// accountStatuses is GET /api/v1/accounts/:id/statuses, newest first.
func (s *Server) accountStatuses(c *call) (any, error) {
	a, err := s.accountOf(c)
	if err != nil {
		return nil, err
	}
	keep := func(x *status) bool {
		switch {
		case !x.visible(s, c.me),
			c.flag("exclude_reblogs") && x.reblog != nil,
			c.flag("exclude_replies") && x.parent != nil && x.parent.author != a,
			c.flag("exclude_direct") && x.visibility == "direct",
			c.flag("only_media") && len(x.media) == 0,
			s.options.Variant.PublicOnly && x.visibility != "public" && x.visibility != "unlisted",
			c.flag("pinned"):
			return false
		}
		return true
	}
	w := c.window(20, 40)
	page := choose(a.statuses, idOfStatus, keep, w)
	s.link(c, namesOf(page, idOfStatus), len(page) == w.limit, "min_id")
	return s.wireStatuses(page, c.me), nil
}

func (s *Server) followers(c *call) (any, error) {
	return s.followPage(c, func(a *account) []*follow { return a.followers }, func(f *follow) *account { return f.from })
}

func (s *Server) following(c *call) (any, error) {
	return s.followPage(c, func(a *account) []*follow { return a.following }, func(f *follow) *account { return f.to })
}

// followPage pages by the ids of the follows, which only the Link header tells.
func (s *Server) followPage(c *call, list func(*account) []*follow, other func(*follow) *account) (any, error) {
	a, err := s.accountOf(c)
	if err != nil {
		return nil, err
	}
	return s.writeFollows(c, list(a), other)
}

func (s *Server) writeFollows(c *call, list []*follow, other func(*follow) *account) (any, error) {
	w := c.window(40, 80)
	page := choose(list, idOfFollow, func(*follow) bool { return true }, w)
	s.link(c, namesOf(page, idOfFollow), len(page) == w.limit, "since_id")
	var people []*account
	for _, f := range page {
		people = append(people, other(f))
	}
	return s.wireAccounts(people), nil
}
