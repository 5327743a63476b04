package sandbox

import (
	"maps"
	"slices"
	"time"
)

// notify tells a brand account what from did. People's notifications are not
// kept: nobody reads them.
func (s *Server) notify(to *account, kind string, from *account, x *status) {
	if !to.brand || to == from || to.blocks[from] || to.mutes[from] ||
		slices.Contains(s.options.Variant.MissingNotificationTypes, kind) {
		return
	}
	n := &notification{id: s.world.ids.count(), kind: kind, from: from, status: x, at: s.now()}
	how := s.policy(to, n)
	if how == "drop" {
		return
	}
	n.filtered, n.inSight = how == "filter", s.outOfOrder(n.at)
	to.notifications = append(to.notifications, n)
	if late := n.inSight.Sub(n.at); !n.filtered && late > 0 {
		time.AfterFunc(late, func() { s.do(func() { s.streamNotification(to, n) }) })
	} else if !n.filtered {
		s.streamNotification(to, n)
	}
}

// The keys of a notification policy (Mastodon documentation, NotificationPolicy).
var policyKeys = []string{"for_not_following", "for_not_followers", "for_new_accounts", "for_private_mentions", "for_limited_accounts"}

func defaultPolicy(strict bool) map[string]string {
	p := map[string]string{}
	for _, key := range policyKeys {
		p[key] = "accept"
	}
	if strict {
		p["for_private_mentions"], p["for_not_following"] = "filter", "filter"
	}
	return p
}

// policy is what becomes of n by the policy of the account: accept, filter or
// drop. What answers the account is always accepted.
func (s *Server) policy(to *account, n *notification) string {
	if s.world.follows[pair{to, n.from}] != nil || (n.status != nil && n.status.parent != nil && n.status.parent.author == to) {
		return "accept"
	}
	apply := map[string]bool{
		"for_not_following":    true,
		"for_not_followers":    s.world.follows[pair{n.from, to}] == nil,
		"for_private_mentions": n.status != nil && n.status.visibility == "direct",
	}
	strictest := "accept"
	for key, applies := range apply {
		if how := to.policy[key]; applies && strictness[how] > strictness[strictest] {
			strictest = how
		}
	}
	return strictest
}

var strictness = map[string]int{"accept": 0, "filter": 1, "drop": 2}

func (s *Server) getPolicy(c *call) (any, error) {
	held := map[*account]bool{}
	count := 0
	for _, n := range c.me.notifications {
		if n.filtered {
			held[n.from] = true
			count++
		}
	}
	out := object{"summary": object{"pending_requests_count": len(held), "pending_notifications_count": count}}
	for key, value := range c.me.policy {
		out[key] = value
	}
	return out, nil
}

func (s *Server) patchPolicy(c *call) (any, error) {
	for _, key := range policyKeys {
		value := c.get(key)
		switch value {
		case "":
		case "accept", "filter", "drop":
			c.me.policy[key] = value
		default:
			return nil, unprocessable("%s is not included in the list", key)
		}
	}
	return s.getPolicy(c)
}

// getNotifications is GET /api/v1/notifications, newest first.
func (s *Server) getNotifications(c *call) (any, error) {
	v := s.options.Variant
	types, excluded, from := c.params["types"], c.params["exclude_types"], c.get("account_id")
	if v.NoQuotes && slices.Contains(types, "quote") {
		return nil, unprocessable("Types is not included in the list")
	}
	all, w := c.me.notifications, c.window(40, 80)
	if n := v.KeepsNotifications; n > 0 && len(all) > n {
		all = all[len(all)-n:]
	}
	if v.MinIsSince && w.minID != "" {
		w.sinceID, w.minID = w.minID, ""
	}
	keep := func(n *notification) bool {
		return !s.now().Before(n.inSight) && (len(types) == 0 || slices.Contains(types, n.kind)) && !slices.Contains(excluded, n.kind) &&
			(from == "" || n.from.id == from) && (!n.filtered || c.flag("include_filtered")) &&
			(n.status == nil || !n.status.deleted)
	}
	page := choose(all, idOfNotification, keep, w)
	s.link(c, namesOf(page, idOfNotification), true, "min_id")
	out := make([]wireNotification, 0, len(page))
	for _, n := range page {
		out = append(out, s.wireNotification(n, c.me))
	}
	return out, nil
}

func (s *Server) getNotification(c *call) (any, error) {
	for _, n := range c.me.notifications {
		if n.id == c.r.PathValue("id") {
			return s.wireNotification(n, c.me), nil
		}
	}
	return nil, errNotFound
}

func (s *Server) dismiss(c *call) (any, error) {
	c.me.notifications = slices.DeleteFunc(c.me.notifications, func(n *notification) bool { return n.id == c.r.PathValue("id") })
	return object{}, nil
}

func (s *Server) clearNotifications(c *call) (any, error) {
	c.me.notifications = nil
	return object{}, nil
}

// getConversations is GET /api/v1/conversations: the newest direct message of
// each thread.
func (s *Server) getConversations(c *call) (any, error) {
	if s.options.Variant.NoConversations {
		return nil, errNotFound
	}
	last := s.conversationsOf(c.me)
	threads := slices.SortedFunc(maps.Values(last), func(a, b *status) int { return compareIDs(a.id, b.id) })
	w := c.window(20, 40)
	page := choose(threads, idOfStatus, func(*status) bool { return true }, w)
	s.link(c, namesOf(page, idOfStatus), len(page) == w.limit, "min_id")
	out := []object{}
	for _, x := range page {
		out = append(out, s.wireConversation(x, c.me))
	}
	return out, nil
}

func (s *Server) conversationsOf(me *account) map[string]*status {
	last := map[string]*status{}
	for _, x := range slices.Concat(me.received, me.statuses) {
		if known := last[x.conversation]; x.visibility == "direct" && (known == nil || compareIDs(known.id, x.id) < 0) {
			last[x.conversation] = x
		}
	}
	return last
}

func (s *Server) wireConversation(x *status, me *account) object {
	var others []*account
	for _, a := range append([]*account{x.author}, x.mentions...) {
		if a != me {
			others = append(others, a)
		}
	}
	return object{
		"id": x.conversation, "unread": x.author != me && !s.world.read[me.id+"/"+x.id],
		"accounts": s.wireAccounts(others), "last_status": s.wireStatus(x, me),
	}
}

func (s *Server) readConversation(c *call) (any, error) {
	x := s.conversationsOf(c.me)[c.r.PathValue("id")]
	if x == nil || s.options.Variant.NoConversations {
		return nil, errNotFound
	}
	s.world.read[c.me.id+"/"+x.id] = true
	return s.wireConversation(x, c.me), nil
}
