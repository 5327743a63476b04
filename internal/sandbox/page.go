package sandbox

import (
	"cmp"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// window is which part of a list is asked for (Mastodon documentation,
// Guidelines, Pagination).
type window struct {
	maxID, sinceID, minID string
	limit                 int
}

func (c *call) window(standard, limit int) window {
	return window{c.get("max_id"), c.get("since_id"), c.get("min_id"), c.number("limit", standard, limit)}
}

// choose takes a page out of all, which is sorted by id, oldest first; the page
// is newest first. since_id gives the newest items above an id, which may leave
// a gap; min_id gives the items directly above it.
func choose[T any](all []T, id func(T) string, keep func(T) bool, w window) []T {
	low := above(all, id, cmp.Or(w.minID, w.sinceID))
	high := len(all)
	if w.maxID != "" {
		high = sort.Search(len(all), func(i int) bool { return compareIDs(id(all[i]), w.maxID) >= 0 })
	}
	var page []T
	if w.minID != "" {
		for i := low; i < high && len(page) < w.limit; i++ {
			page = appendIf(page, all[i], keep)
		}
		slices.Reverse(page)
		return page
	}
	for i := high - 1; i >= low && len(page) < w.limit; i-- {
		page = appendIf(page, all[i], keep)
	}
	return page
}

// above is the first index whose id is greater.
func above[T any](all []T, id func(T) string, bound string) int {
	if bound == "" {
		return 0
	}
	return sort.Search(len(all), func(i int) bool { return compareIDs(id(all[i]), bound) > 0 })
}

func appendIf[T any](page []T, item T, keep func(T) bool) []T {
	if keep(item) {
		return append(page, item)
	}
	return page
}

// link writes the Link header. prev names the parameter that leads to newer
// items: min_id for statuses and notifications, since_id for follows.
func (s *Server) link(c *call, ids []string, more bool, prev string) {
	if len(ids) == 0 {
		return
	}
	var links []string
	if more {
		links = append(links, s.pageLink(c, "max_id", ids[len(ids)-1], "next"))
	}
	links = append(links, s.pageLink(c, prev, ids[0], "prev"))
	c.w.Header().Set("Link", strings.Join(links, ", "))
}

// namesOf are the ids of the items of a page.
func namesOf[T any](page []T, id func(T) string) (out []string) {
	for _, x := range page {
		out = append(out, id(x))
	}
	return out
}

func (s *Server) pageLink(c *call, name, id, rel string) string {
	q := url.Values{}
	for key, values := range c.r.URL.Query() {
		switch key {
		case "max_id", "since_id", "min_id", "access_token":
		default:
			q[key] = values
		}
	}
	q.Set(name, id)
	return "<" + s.base + c.r.URL.Path + "?" + q.Encode() + ">; rel=" + strconv.Quote(rel)
}

func idOfStatus(x *status) string             { return x.id }
func idOfFollow(f *follow) string             { return f.id }
func idOfNotification(n *notification) string { return n.id }
