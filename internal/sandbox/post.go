package sandbox

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// draft is a status before it is stored.
type draft struct {
	author                              *account
	text, spoiler, visibility, language string
	key                                 string
	sensitive, plain, localOnly         bool
	parent                              *status
	media                               []*medium
}

const keyLife = time.Hour // Mastodon source, PostStatusService

// postStatus is POST /api/v1/statuses.
func (s *Server) postStatus(c *call) (any, error) {
	key := c.r.Header.Get("Idempotency-Key")
	if x, err := s.replay(c.me, key); x != nil || err != nil {
		return s.answerStatus(x, c.me), err
	}
	d, err := s.readDraft(c)
	if err != nil {
		return nil, err
	}
	d.key = key
	x := s.publish(d)
	if key != "" {
		s.world.keys[c.me.id+"/"+key] = keyed{x, s.now()}
	}
	return s.answerStatus(x, c.me), nil
}

func (s *Server) answerStatus(x *status, viewer *account) any {
	if x == nil {
		return nil
	}
	return s.wireStatus(x, viewer)
}

// replay is the status that was posted with this key, if any.
func (s *Server) replay(me *account, key string) (*status, error) {
	known, ok := s.world.keys[me.id+"/"+key]
	how := s.options.Variant.Idempotency
	if key == "" || !ok || how == KeysIgnored || s.now().Sub(known.at) >= keyLife {
		return nil, nil
	}
	if how == KeysReplay500 {
		return nil, fail(http.StatusInternalServerError, "Internal Server Error")
	}
	if known.status.deleted {
		return nil, errNotFound
	}
	return known.status, nil
}

func (s *Server) readDraft(c *call) (draft, error) {
	d := draft{
		author: c.me, text: strings.TrimSpace(c.get("status")), spoiler: strings.TrimSpace(c.get("spoiler_text")),
		visibility: cmp.Or(c.get("visibility"), "public"), language: cmp.Or(c.get("language"), c.me.language),
		sensitive: c.flag("sensitive"), plain: c.get("content_type") == "text/plain", localOnly: c.flag("local_only"),
	}
	for _, check := range []func(*call, *draft) error{
		s.refuseUnknown, s.readParent, s.readAttached, s.checkText,
	} {
		if err := check(c, &d); err != nil {
			return d, err
		}
	}
	return d, nil
}

// refuseUnknown refuses what a Mastodon would refuse, and what the sandbox lacks.
func (s *Server) refuseUnknown(c *call, d *draft) error {
	if !slices.Contains([]string{"public", "unlisted", "private", "direct"}, d.visibility) {
		return unprocessable("Visibility is not included in the list")
	}
	if !plausibleLanguage(d.language) {
		return unprocessable("Language is invalid")
	}
	for name := range c.params {
		if name == "scheduled_at" || name == "quoted_status_id" || strings.HasPrefix(name, "poll") {
			return unprocessable("the sandbox has no %s", name)
		}
	}
	return nil
}

func plausibleLanguage(l string) bool {
	if len(l) < 2 || len(l) > 10 {
		return false
	}
	for _, r := range l {
		if r != '-' && (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z') {
			return false
		}
	}
	return true
}

func (s *Server) readParent(c *call, d *draft) error {
	id := c.get("in_reply_to_id")
	if id == "" {
		return nil
	}
	x := s.world.byID[id]
	if x == nil || !x.visible(s, c.me) {
		if code := s.options.Variant.UnknownReply; code != Accepted {
			return fail(code, "The post you are trying to reply to does not appear to exist.")
		}
		return nil
	}
	if x.reblog != nil {
		x = x.reblog
	}
	d.parent = x
	return nil
}

func (s *Server) checkText(_ *call, d *draft) error {
	if d.text == "" && len(d.media) == 0 {
		if code := s.options.Variant.EmptyText; code != Accepted {
			return fail(code, "Validation failed: Text can't be blank")
		}
	}
	limit := s.options.Variant.MaxCharacters
	if s.measured(d.text)+s.measured(d.spoiler) > limit {
		return unprocessable("Text character limit of %s exceeded", strconv.Itoa(limit))
	}
	return nil
}

// publish stores a status and tells everybody whom it concerns.
func (s *Server) publish(d draft) *status {
	x := &status{
		id: s.world.ids.next(), author: d.author, text: d.text, spoiler: d.spoiler, visibility: d.visibility,
		language: d.language, parent: d.parent, media: d.media, created: s.now(), key: d.key, plain: d.plain, localOnly: d.localOnly,
		sensitive: d.sensitive || d.spoiler != "", favourites: map[*account]bool{}, boosts: map[*account]bool{},
	}
	s.readEntities(x)
	x.conversation = x.id
	if d.parent != nil {
		d.parent.replies = append(d.parent.replies, x)
		x.conversation = d.parent.conversation
	}
	for _, m := range d.media {
		m.status = x
	}
	s.store(x)
	for _, a := range x.mentions {
		a.received = append(a.received, x)
		s.notify(a, "mention", x.author, x)
	}
	s.tell(x)
	return x
}

func (s *Server) store(x *status) {
	s.world.statuses = append(s.world.statuses, x)
	s.world.byID[x.id] = x
	x.author.statuses = append(x.author.statuses, x)
}

// readEntities finds whom and what the text names.
func (s *Server) readEntities(x *status) {
	x.entities, x.mentions, x.tags = entitiesOf(x.text), nil, nil
	for _, e := range x.entities {
		switch e.kind {
		case "mention":
			if a := s.find(e.value); a != nil && !x.names(a) {
				x.mentions = append(x.mentions, a)
			}
		case "tag":
			if tag := strings.ToLower(e.value); !slices.Contains(x.tags, tag) {
				x.tags = append(x.tags, tag)
			}
		}
	}
}

// tell streams a new status, and calls who waits for posts.
func (s *Server) tell(x *status) {
	s.streamStatus("update", x)
	public, watchers := s.export(x), slices.Clone(s.onPost)
	s.later = append(s.later, func() {
		for _, f := range watchers {
			f(public)
		}
	})
	s.crowd.react(x)
}

// remove deletes a status and what points at it.
func (s *Server) remove(x *status) {
	x.deleted = true
	a := x.author
	a.statuses = slices.DeleteFunc(a.statuses, func(y *status) bool { return y == x })
	if x.parent != nil {
		x.parent.replies = slices.DeleteFunc(x.parent.replies, func(y *status) bool { return y == x })
	}
	if x.reblog != nil {
		delete(x.reblog.boosts, a)
	}
	for _, m := range x.mentions {
		m.received = slices.DeleteFunc(m.received, func(y *status) bool { return y == x })
	}
	gone := func(n *notification) bool { return n.status == x }
	for to := range maps.Keys(s.concerned(x)) {
		to.notifications = slices.DeleteFunc(to.notifications, gone)
	}
	s.streamDelete(x)
}

// concerned are the accounts that may have been notified of x.
func (s *Server) concerned(x *status) map[*account]bool {
	all := map[*account]bool{x.author: true}
	for _, m := range x.mentions {
		all[m] = true
	}
	if x.reblog != nil {
		all[x.reblog.author] = true
	}
	return all
}
