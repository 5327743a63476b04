package weibofake

import (
	"slices"
	"strings"
	"time"
)

// spend counts a call, and refuses it beyond the quota: 100 calls per user and
// app in a day (wiki Rate-limiting), which ends at midnight in Beijing.
func (s *Server) spend(c *call) error {
	if slices.Contains(s.o.Free, c.route.path) {
		return nil
	}
	now := s.now()
	whole, one := dayOf(c.me, "", now), dayOf(c.me, c.route.path, now)
	if s.o.Quota > 0 && s.spent[whole] >= s.o.Quota {
		return problem(10023)
	}
	if most, limited := s.o.EndpointQuota[c.route.path]; limited && s.spent[one] >= most {
		name := strings.TrimSuffix(strings.TrimPrefix(c.route.path, "/2/"), ".json")
		return problemf(10024, "User requests for (%s) out of rate limit!", name)
	}
	s.spent[whole]++
	s.spent[one]++
	return nil
}

// hourly refuses a post beyond those that an account may make in an hour.
func (s *Server) hourly(u *user) error {
	if s.o.PostsPerHour < 0 {
		return nil
	}
	n, since := 0, s.now().Add(-time.Hour)
	for _, p := range s.posts {
		if p.author == u && p.at.After(since) {
			n++
		}
	}
	if n >= s.o.PostsPerHour {
		return problem(20016)
	}
	return nil
}

// rateLimitStatus is account/rate_limit_status; asking costs a call.
func (s *Server) rateLimitStatus(c *call) (any, error) {
	now := s.now().In(beijing)
	year, month, date := now.Date()
	midnight := time.Date(year, month, date+1, 0, 0, 0, 0, beijing)
	left := max(0, s.o.Quota-s.spent[dayOf(c.me, "", now)])
	apis := []object{}
	for path, most := range s.o.EndpointQuota {
		apis = append(apis, object{
			"api": strings.TrimSuffix(strings.TrimPrefix(path, "/2"), ".json"), "limit": most, "limit_time_unit": "DAYS",
			"remaining_hits": max(0, most-s.spent[dayOf(c.me, path, now)]),
		})
	}
	return object{
		"api_rate_limits": apis, "ip_limit": 15000, "limit_time_unit": "DAYS", "remaining_ip_hits": 15000,
		"remaining_user_hits": left, "user_limit": s.o.Quota,
		"reset_time": midnight.Format(time.DateTime), "reset_time_in_seconds": int(midnight.Sub(now).Seconds()),
	}, nil
}
