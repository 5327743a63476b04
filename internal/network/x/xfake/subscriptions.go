package xfake

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// mostSubscriptions is what a self-serve app may have (docs/networks.md, X, Streams).
const mostSubscriptions = 1500

// subscription is one wish for events.
type subscription struct {
	id, kind, tag string
	filter        filter
	at            time.Time
}

type filter struct {
	User      string `json:"user_id,omitempty"`
	Direction string `json:"direction,omitempty"`
	Keyword   string `json:"keyword,omitempty"`
}

// private are the kinds of events that the account itself must ask for, and
// the scope that they need; "" for public ones.
var private = map[string]string{
	"post.create": "", "post.delete": "", "follow.follow": "", "follow.unfollow": "", "post.repost.create": "",
	"post.mention.create": "tweet.read", "post.reply.create": "tweet.read", "post.quote.create": "tweet.read",
	"dm.received": "dm.read", "dm.sent": "dm.read", "like.create": "like.read",
	"mute.create": "mute.read", "mute.delete": "mute.read", "block.create": "block.read", "block.delete": "block.read",
}

// postSubscription is POST /2/activity/subscriptions.
func (s *Server) postSubscription(c *call) (any, error) {
	var in struct {
		Kind    string `json:"event_type"`
		Filter  filter `json:"filter"`
		Tag     string `json:"tag"`
		Webhook string `json:"webhook_id"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	scope, known := private[in.Kind]
	switch {
	case !known:
		return nil, invalid("event_type", in.Kind, "$.event_type: does not have a value in the enumeration")
	case s.user(in.Filter.User) == nil || !slices.Contains([]string{"", "inbound", "outbound"}, in.Filter.Direction):
		return nil, invalid("filter", in.Filter.User, "$.filter: user_id or direction is not valid")
	case s.options.NoFollows && strings.HasPrefix(in.Kind, "follow."):
		return s.enterprise(c)
	}
	if err := s.consents(c, scope, in.Filter.User); err != nil {
		return nil, err
	}
	same := func(x *subscription) bool { return x.kind == in.Kind && x.filter == in.Filter }
	if slices.ContainsFunc(s.feed.subscriptions, same) || len(s.feed.subscriptions) >= mostSubscriptions {
		return nil, invalid("", "", "The subscription exists already, or there are too many.")
	}
	x := &subscription{s.ids.next(), in.Kind, in.Tag, in.Filter, s.now()}
	s.feed.subscriptions = append(s.feed.subscriptions, x)
	return s.wireCreated(x), nil
}

// consents tells whether a private event may be subscribed to: with the
// OAuth 2.0 token of the account that it is about.
func (s *Server) consents(c *call, scope, about string) error {
	switch {
	case scope == "":
		return nil
	case c.way == app:
		return typed(http.StatusForbidden, "unsupported-authentication", "Unsupported Authentication", "Authenticating with "+wayNames[app]+
			" is forbidden for this endpoint.  Supported authentication types are ["+wayNames[oauth2]+"].")
	case c.me.id != about:
		return typed(http.StatusForbidden, "not-authorized-for-resource", "Authorization Error",
			"The user did not authorize this app to see these events.")
	}
	return s.hasScopes(c, scope)
}

func (x *subscription) wire() object {
	all := object{"subscription_id": x.id, "event_type": x.kind, "filter": x.filter, "created_at": stamp(x.at), "updated_at": stamp(x.at)}
	if x.tag != "" {
		all["tag"] = x.tag
	}
	return all
}

func (s *Server) wireCreated(x *subscription) object {
	meta := object{"total_subscriptions": len(s.feed.subscriptions)}
	switch s.options.Subscription {
	case SubscriptionObject:
		return object{"data": x.wire(), "meta": meta}
	case SubscriptionNested:
		return object{"data": object{"subscription": x.wire()}, "meta": meta}
	}
	return object{"data": []object{x.wire()}, "meta": meta}
}

// getSubscriptions is GET /2/activity/subscriptions.
func (s *Server) getSubscriptions(*call) (any, error) {
	meta := object{"total_subscriptions": len(s.feed.subscriptions), "result_count": len(s.feed.subscriptions)}
	if len(s.feed.subscriptions) == 0 {
		return object{"meta": meta}, nil
	}
	var data []object
	for _, x := range s.feed.subscriptions {
		data = append(data, x.wire())
	}
	return object{"data": data, "meta": meta}, nil
}

// deleteSubscription is DELETE /2/activity/subscriptions/:id.
func (s *Server) deleteSubscription(c *call) (any, error) { return s.unsubscribe(c.r.PathValue("id")) }

// deleteSubscriptions is DELETE /2/activity/subscriptions?ids=.
func (s *Server) deleteSubscriptions(c *call) (any, error) { return s.unsubscribe(c.list("ids")...) }

func (s *Server) unsubscribe(ids ...string) (any, error) {
	if len(ids) == 0 {
		return nil, invalid("ids", "", "The `ids` query parameter is missing")
	}
	for _, id := range ids {
		i := slices.IndexFunc(s.feed.subscriptions, func(x *subscription) bool { return x.id == id })
		if i < 0 {
			return nil, gone("subscription", "subscription_id", id)
		}
		s.feed.subscriptions = slices.Delete(s.feed.subscriptions, i, i+1)
	}
	return object{"data": object{"deleted": true}, "meta": object{"total_subscriptions": len(s.feed.subscriptions)}}, nil
}
