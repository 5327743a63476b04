package xfake

import "net/http"

// way is how a request proves who it is from; ways may be added.
type way int

// The ways.
const (
	oauth1 way = 1 << iota
	oauth2
	app
)

// answer is one call of the API; it runs while Server.mu is held.
type answer func(*call) (any, error)

// route is one call, and docs/networks.md, X, Endpoints, says its limits.
type route struct {
	pattern string
	ways    way
	scopes  string // of an OAuth 2.0 token
	needs   string // of OAuth 1.0a: "read", "write" or "dm"
	limit   int    // in 15 minutes
	day     int    // in 24 hours; 0: no limit
	dayApp  bool   // that limit is the app's, not the user's
	params  string // of the query
	answer  answer
}

// Parameters of queries, by what is asked for.
const (
	forUsers = "user.fields expansions tweet.fields"
	forPosts = forUsers + " media.fields place.fields poll.fields"
	forLists = forPosts + " since_id until_id start_time end_time max_results pagination_token"
	forDMs   = forPosts + " dm_event.fields event_types max_results pagination_token"
)

func (s *Server) routes() []*route {
	const reads, writes, dms = "tweet.read users.read", "tweet.read tweet.write users.read", "tweet.read users.read dm.read"
	user, any := oauth1|oauth2, oauth1|oauth2|app
	return []*route{
		{"GET /2/users/me", user, reads, "read", 75, 0, false, forUsers, s.getMe},
		{"GET /2/users/by/username/{name}", any, reads, "read", 900, 0, false, forUsers, s.getByName},
		{"GET /2/users/{id}", any, reads, "read", 900, 0, false, forUsers, s.getUser},
		{"GET /2/users/{id}/followers", any, "follows.read " + reads, "read", 300, 0, false, forUsers + " max_results pagination_token",
			s.getFollowers},
		{"GET /2/users/{id}/mentions", any, reads, "read", 300, 0, false, forLists, s.getMentions},
		{"GET /2/users/{id}/tweets", any, reads, "read", 900, 0, false, forLists + " exclude", s.getOwn},
		{"POST /2/users/{id}/likes", user, "like.write " + reads, "write", 50, 1000, false, "", s.enterprise},
		{"POST /2/users/{id}/following", user, "follows.write " + reads, "write", 50, 0, false, "", s.enterprise},

		{"POST /2/tweets", user, writes, "write", 100, 10_000, true, "", s.postTweet},
		{"GET /2/tweets", any, reads, "read", 900, 0, false, forPosts + " ids", s.getTweets},
		{"GET /2/tweets/{id}", any, reads, "read", 900, 0, false, forPosts, s.getTweet},
		{"DELETE /2/tweets/{id}", user, writes, "write", 50, 0, false, "", s.deleteTweet},

		{"POST /2/dm_conversations/with/{id}/messages", user, dms + " dm.write", "dm", 15, 1440, false, "", s.postMessage},
		{"GET /2/dm_conversations/with/{id}/dm_events", user, dms, "dm", 15, 0, false, forDMs, s.getMessagesWith},
		{"GET /2/dm_events", user, dms, "dm", 15, 0, false, forDMs, s.getMessages},
		{"DELETE /2/dm_events/{id}", user, dms + " dm.write", "dm", 15, 0, false, "", s.deleteMessage},

		{"POST /2/media/upload", user, "media.write", "write", 500, 0, false, "", s.postUpload},
		{"GET /2/media/upload", user, "media.write", "write", 500, 0, false, "media_id command", s.getUpload},
		{"POST /2/media/upload/initialize", user, "media.write", "write", 500, 0, false, "", s.postInitialize},
		{"POST /2/media/upload/{id}/append", user, "media.write", "write", 500, 0, false, "", s.postAppend},
		{"POST /2/media/upload/{id}/finalize", user, "media.write", "write", 500, 0, false, "", s.postFinalize},
		{"POST /2/media/metadata", user, "media.write", "write", 500, 0, false, "", s.postMetadata},

		{"GET /2/usage/tweets", app, "", "read", 50, 0, false, "days usage.fields", s.getUsage},
		{"POST /2/activity/subscriptions", oauth2 | app, "", "", 500, 0, false, "", s.postSubscription},
		{"GET /2/activity/subscriptions", oauth2 | app, "", "", 500, 0, false, "max_results pagination_token", s.getSubscriptions},
		{"DELETE /2/activity/subscriptions", oauth2 | app, "", "", 500, 0, false, "ids", s.deleteSubscriptions},
		{"DELETE /2/activity/subscriptions/{id}", oauth2 | app, "", "", 500, 0, false, "", s.deleteSubscription},
	}
}

// streamRoute is the one call that has no end.
var streamRoute = &route{pattern: "GET /2/activity/stream", ways: app, limit: 50, params: "backfill_minutes start_time end_time"}

// serve runs one call, from its credentials to its answer.
func (s *Server) serve(to *route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := newCall(w, r, to)
		var out any
		s.do(func() {
			if err == nil {
				err = s.admit(c)
			}
			if err == nil {
				out, err = to.answer(c)
			}
		})
		if err != nil {
			writeProblem(w, err)
			return
		}
		status := http.StatusOK
		if c.status != 0 {
			status = c.status
		}
		writeJSON(w, status, out)
	})
}

// admit finds who calls, whether they may, and whether it is paid for.
func (s *Server) admit(c *call) error {
	for _, check := range []func(*call) error{s.authenticate, s.permit, s.count, s.solvent, s.checkQuery} {
		if err := check(c); err != nil {
			return err
		}
	}
	return nil
}

// enterprise is what no self-serve app may do since 2026-04-20.
func (s *Server) enterprise(*call) (any, error) {
	p := typed(http.StatusForbidden, "client-forbidden", "Client Forbidden",
		"This request must be made using an approved developer account that is enrolled in the Enterprise tier.")
	p.body["reason"], p.body["required_enrollment"] = "client-not-enrolled", "Enterprise"
	return nil, p
}
