package mastodon

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"magpie/internal/network"
)

const (
	// pageSize is how many notifications are asked for at once (Mastodon documentation, GET /api/v1/notifications: 80 at most).
	pageSize = 80
	// short is a page below which a server certainly has no more: some give fewer than they are asked for.
	short = 20
	// overlap is how long after its time a notification may come into sight: servers number them before they store them.
	overlap = 3 * time.Minute
	// atOnce is how many pages are read again in one go, and how many are read to close a gap.
	atOnce, gapPages = 5, 100
)

// place is an Events cursor: all up to read was seen once, and all up to again was seen once more, minutes later. late counts what was
// seen only then, so that no two places are the same between which something was heard.
// Where more lies above read than is read at once, what is from until on was seen, up to newest: the rest is read next; settled is where
// reading once more begins then.
type place struct {
	again, read            string
	late                   int
	until, newest, settled string
}

func parsePlace(cursor string) (p place) {
	parts := strings.Fields(cursor)
	if len(parts) < 2 {
		return place{again: cursor, read: cursor}
	}
	p.again, p.read = parts[0], parts[1]
	if len(parts) > 2 {
		p.late, _ = strconv.Atoi(parts[2])
	}
	if len(parts) == 6 {
		p.until, p.newest, p.settled = parts[3], parts[4], parts[5]
	}
	return p
}

func (p place) String() string {
	s := fmt.Sprint(p.again, " ", p.read, " ", p.late)
	if p.until != "" {
		s += " " + p.until + " " + p.newest + " " + p.settled
	}
	return s
}

// hearing is what was heard above the place from which it is read again. What a reading has brought counts as heard once its cursor comes
// back: before, it may not have been stored.
type hearing struct {
	known  map[string]bool
	cursor string
	fresh  []string
}

// start begins a reading from a cursor.
func (h *hearing) start(cursor string) {
	if h.cursor == cursor {
		for _, id := range h.fresh {
			h.known[id] = true
		}
	}
	h.cursor, h.fresh = "", nil
}

// forget drops what will not be read again.
func (h *hearing) forget(upTo string) {
	maps.DeleteFunc(h.known, func(id string, _ bool) bool { return later(id, upTo) <= 0 })
}

// Events implements network.Client. min_id gives the page directly above the
// cursor (Mastodon documentation, Pagination). Ids do not come into sight in their order, so everything is read again some minutes later.
func (c *client) Events(ctx context.Context, cursor string) ([]network.Event, string, error) {
	c.reading.Lock()
	defer c.reading.Unlock()
	if cursor == "" {
		return c.present(ctx)
	}
	c.heard.start(cursor)
	p := parsePlace(cursor)
	page, err := c.above(ctx, p.read, p.until)
	if err != nil {
		return nil, cursor, err
	}
	var events []network.Event
	for _, n := range page.all {
		c.heard.fresh = append(c.heard.fresh, n.ID)
		events = append(events, c.event(n)...)
	}
	if !p.seen(page) {
		events, err = c.late(ctx, &p)
	}
	c.heard.cursor = p.String()
	return events, p.String(), cmp.Or(err, page.problem())
}

// seen moves the place beyond a page; it is false if there was nothing to see.
func (p *place) seen(page page) bool {
	if len(page.all) == 0 && p.until == "" {
		return false
	}
	if p.until == "" {
		p.newest, p.settled = page.all[len(page.all)-1].ID, page.settled()
	}
	switch {
	case page.cut:
		p.until = page.all[0].ID
	case p.until != "":
		p.again, p.read, p.until = p.settled, p.newest, ""
	default:
		p.read = p.newest
	}
	return true
}

// present is the cursor of now.
func (c *client) present(ctx context.Context) ([]network.Event, string, error) {
	page, err := c.notifications(ctx, url.Values{"limit": {"1"}})
	if err != nil || len(page.all) == 0 {
		return nil, place{again: "0", read: "0"}.String(), err
	}
	return nil, place{again: page.all[0].ID, read: page.all[0].ID}.String(), nil
}

// late reads once more what was read minutes ago, and brings what had not been there.
func (c *client) late(ctx context.Context, p *place) (events []network.Event, err error) {
	now := map[string]bool{}
	for range atOnce {
		page, err := c.above(ctx, p.again, "")
		if err != nil {
			return events, err
		}
		settled, moved := true, false
		for _, n := range page.all {
			if later(n.ID, p.read) > 0 {
				break // it has come meanwhile
			}
			if !c.heard.known[n.ID] && !now[n.ID] {
				now[n.ID] = true
				c.heard.fresh = append(c.heard.fresh, n.ID)
				events = append(events, c.event(n)...)
				p.late++
			}
			if settled = settled && page.now.Sub(n.At) >= overlap; settled {
				p.again, moved = n.ID, true
			}
		}
		c.heard.forget(p.again)
		if err := page.problem(); err != nil || !moved {
			return events, err
		}
	}
	return events, nil
}

// page are notifications, the oldest first.
type page struct {
	all  []notification
	now  time.Time // by the server's clock
	lost int       // notifications that can't be read
	cut  bool      // there are more below, which are not read yet
}

// settled is the newest notification after which none comes into sight late; the first if that is not so of any.
func (p page) settled() string {
	id := p.all[0].ID
	for _, n := range p.all {
		if p.now.Sub(n.At) < overlap {
			break
		}
		id = n.ID
	}
	return id
}

// problem says that some can't be read.
func (p page) problem() error {
	return network.Unread(p.lost, "notifications", "the server")
}

// above is the page directly above an id. A server may answer the newest page instead: then what lies between is read too, as far as that
// is not too much at once. With until it goes on below that id.
func (c *client) above(ctx context.Context, id, until string) (page, error) {
	q, trusted := url.Values{"min_id": {id}}, false
	if until != "" {
		q = url.Values{"since_id": {id}, "max_id": {until}}
	}
	p, err := c.notifications(ctx, q)
	if err != nil {
		return p, err
	}
	p.all = slices.DeleteFunc(p.all, func(n notification) bool { return later(n.ID, id) <= 0 || until != "" && later(n.ID, until) >= 0 })
	if len(p.all) == 0 || len(p.all) < short && until == "" {
		return p, nil
	}
	if until == "" {
		trusted, err = c.documented(ctx)
	}
	for n := 0; err == nil && !trusted; n++ {
		below := p.all[0].ID
		var more page
		if more, err = c.notifications(ctx, url.Values{"since_id": {id}, "max_id": {below}}); err != nil {
			break
		}
		more.all = slices.DeleteFunc(more.all, func(x notification) bool { return later(x.ID, id) <= 0 || later(x.ID, below) >= 0 })
		if len(more.all) == 0 {
			break
		}
		if n == gapPages {
			p.cut = true
			break
		}
		p.all, p.lost = append(more.all, p.all...), p.lost+more.lost
	}
	return p, err
}

// notifications returns a page. One that is too large is asked for in smaller parts.
func (c *client) notifications(ctx context.Context, q url.Values) (p page, err error) {
	size := pageSize
	if n, err := strconv.Atoi(q.Get("limit")); err == nil {
		size = n
	}
	q.Set("include_filtered", "true")
	known := time.Now().Before(time.Unix(c.noQuotes.Load(), 0)) // that it does not know quotes
	without := known
	for {
		q["types[]"] = []string{"mention", "follow", "quote"}
		if without {
			q["types[]"] = q["types[]"][:2]
		}
		q.Set("limit", strconv.Itoa(size))
		var raw []json.RawMessage
		h, err := c.get(ctx, "/api/v1/notifications", q, &raw)
		switch {
		case errors.Is(err, network.ErrTooLarge) && size > 1:
			size = max(size/2, 1)
			continue
		case errors.Is(err, network.ErrTooLarge): // one alone: what stands first is its id
			p.lost = 1
			if m := firstID.FindSubmatch(network.HeadOf(err)); m != nil {
				p.all = []notification{{ID: string(m[1])}}
			}
			return p, nil
		case network.ReasonOf(err) == network.Refused && err != nil && !without:
			without = true // a server that does not know quotes, if it takes the same without
			continue
		case err != nil:
			return p, err
		}
		if without && !known {
			c.noQuotes.Store(time.Now().Add(24 * time.Hour).Unix())
		}
		return readPage(raw, h), nil
	}
}

// firstID is the id of the first of a list.
var firstID = regexp.MustCompile(`^\s*\[\s*\{\s*"id"\s*:\s*"([^"]{1,100})"`)

func readPage(raw []json.RawMessage, h http.Header) (p page) {
	for _, text := range raw {
		n, ok := readNotification(text)
		if !ok {
			p.lost++
		}
		if n.ID == "" {
			continue
		}
		p.all = append(p.all, n)
		if n.At.After(p.now) {
			p.now = n.At
		}
	}
	if now, err := http.ParseTime(h.Get("Date")); err == nil && now.After(p.now) {
		p.now = now
	}
	slices.SortFunc(p.all, func(a, b notification) int { return later(a.ID, b.ID) })
	return p
}

// readNotification reads one. Of one that can't be read only the id is known, so that those after it are heard.
func readNotification(text json.RawMessage) (n notification, ok bool) {
	if json.Unmarshal(text, &n) == nil && n.ID != "" {
		return n, true
	}
	var bare struct {
		ID any `json:"id"`
	}
	if json.Unmarshal(text, &bare) != nil || bare.ID == nil {
		return notification{}, false
	}
	return notification{ID: fmt.Sprint(bare.ID)}, false
}

// event is what we take of a notification; types we do not know are skipped.
func (c *client) event(n notification) []network.Event {
	switch {
	case (n.Type == "mention" || n.Type == "quote") && n.Status != nil:
		m := c.mention(*n.Status)
		m.Quote = n.Type == "quote"
		return []network.Event{{Mention: m}}
	case n.Type == "follow":
		p := c.person(n.Account)
		return []network.Event{{Follow: &p}}
	}
	return nil
}

func (c *client) mention(s status) *network.Mention {
	x := ref{ID: s.ID, Local: s.LocalOnly}
	warning := strings.TrimSpace(s.Warning)
	if warning != "" {
		x.Warning = "yes"
	}
	r, _ := json.Marshal(x) // strings can't fail
	said := read(s.Content)
	m := &network.Mention{
		Item: s.URI, Ref: network.Ref(r), At: s.CreatedAt, Author: c.person(s.Account),
		Text: strings.TrimSpace(warning + "\n" + said.text), Warning: warning, Quoted: said.quoted, Language: s.Language, ReplyTo: s.InReplyTo,
		Direct: s.Visibility == "direct" || s.Visibility == "private",
	}
	for _, a := range s.Mentions {
		m.Names = append(m.Names, a.ID)
	}
	for _, x := range s.Media {
		m.Pictures = append(m.Pictures, network.Picture{URL: x.URL, Alt: x.Alt})
	}
	return m
}
