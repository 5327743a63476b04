package weibofake

import (
	"net/http"
	"slices"
	"strings"
)

// route is one call of the platform.
type route struct {
	method string // empty: GET and POST
	path   string
	open   bool // needs no token
	answer func(*call) (any, error)
}

func (s *Server) routes() []route {
	return []route{
		{"GET", "/oauth2/authorize", true, nil}, // answers with a redirect: see authorize
		{"POST", "/oauth2/access_token", true, s.accessToken},
		{"POST", "/oauth2/get_token_info", false, s.tokenInfo},
		{"", "/oauth2/revokeoauth2", false, s.revoke},

		{"GET", "/2/account/get_uid.json", false, s.getUID},
		{"GET", "/2/account/rate_limit_status.json", false, s.rateLimitStatus},
		{"GET", "/2/users/show.json", false, s.showUser},
		{"GET", "/2/friendships/followers.json", false, s.followers},

		{"POST", "/2/statuses/share.json", false, s.share},
		{"POST", "/2/statuses/upload_url_text/biz.json", false, s.contracted},
		{"POST", "/2/statuses/destroy.json", false, s.destroyStatus},
		{"GET", "/2/statuses/show.json", false, s.showStatus},
		{"GET", "/2/statuses/count.json", false, s.countStatuses},
		{"GET", "/2/statuses/user_timeline.json", false, s.userTimeline},
		{"GET", "/2/statuses/mentions.json", false, s.statusMentions},

		{"POST", "/2/comments/create.json", false, s.createComment},
		{"POST", "/2/comments/reply.json", false, s.replyComment},
		{"POST", "/2/comments/destroy.json", false, s.destroyComment},
		{"GET", "/2/comments/show.json", false, s.showComments},
		{"GET", "/2/comments/to_me.json", false, s.commentsToMe},
		{"GET", "/2/comments/by_me.json", false, s.commentsByMe},
		{"GET", "/2/comments/mentions.json", false, s.commentMentions},

		{"POST", "/2/messages/reply.json", false, s.replyMessage},
	}
}

// find is the route of a request.
func (s *Server) find(r *http.Request) (route, error) {
	all := s.routes()
	i := slices.IndexFunc(all, func(x route) bool { return x.path == r.URL.Path })
	if i < 0 {
		return route{path: r.URL.Path}, &trouble{http.StatusNotFound, 10020, words[10020], ""}
	}
	if x := all[i]; x.method == "" && (r.Method == "GET" || r.Method == "POST") || x.method == r.Method {
		return x, nil
	}
	return all[i], problem(10021)
}

// admit finds who calls, and whether they may.
func (s *Server) admit(c *call) error {
	if c.route.open {
		return nil
	}
	t, err := s.valid(c.token)
	if err != nil {
		return err
	}
	c.me = t.user
	if strings.HasPrefix(c.route.path, "/oauth2/") {
		return nil
	}
	if err := s.spend(c); err != nil {
		return err
	}
	if slices.ContainsFunc(s.o.Closed, func(prefix string) bool { return strings.HasPrefix(c.route.path, prefix) }) {
		return problem(10014)
	}
	return nil
}
