package xfake

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
)

// getFollowers is GET /2/users/:id/followers, the newest first.
func (s *Server) getFollowers(c *call) (any, error) {
	u := s.user(c.r.PathValue("id"))
	if u == nil {
		return s.lookedUp("user", "id", c.r.PathValue("id"))
	}
	most, err := c.number("max_results", 100, 1, 1000)
	before, err2 := c.page("followers")
	if err := cmp.Or(err, err2); err != nil {
		return nil, err
	}
	var page []object
	next := ""
	for _, f := range slices.Backward(u.followers) {
		if n, _ := strconv.Atoi(before); before != "" && f.n >= n {
			continue
		}
		if len(page) == most {
			break
		}
		s.readFor(c, "follower of "+u.id, f.by.id, priceUser, u == c.me)
		page, next = append(page, s.wireUser(f.by, c.list("user.fields"))), strconv.Itoa(f.n)
	}
	meta := object{"result_count": len(page)}
	if len(page) == 0 {
		return object{"meta": meta}, nil
	}
	if n, _ := strconv.Atoi(next); n > u.followers[0].n {
		meta["next_token"] = token("followers", next)
	}
	return object{"data": page, "meta": meta}, nil
}

// token hides a position, as X does.
func token(kind, position string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(kind + ":" + position))
}

// page is the position that the pagination_token means; "" for the beginning.
func (c *call) page(kind string) (string, error) {
	text := c.query.Get("pagination_token")
	if text == "" {
		return "", nil
	}
	plain, err := base64.RawURLEncoding.DecodeString(text)
	position, ok := strings.CutPrefix(string(plain), kind+":")
	if err != nil || !ok {
		return "", invalid("pagination_token", text, "Invalid 'pagination_token':'%s'.", text)
	}
	return position, nil
}
