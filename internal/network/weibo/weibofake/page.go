package weibofake

import (
	"slices"
	"time"
)

// listed is what stands in a list: it has an id, and an instant from which on
// lists show it.
type listed interface {
	number() int64
	since() time.Time
}

// page picks, of items in the order of their ids, those that since_id, max_id
// (which is included), count and page name, the newest first.
func page[T listed](c *call, all []T, standard, most int) (picked []T, about object, err error) {
	since, err := c.id("since_id")
	if err != nil {
		return nil, nil, err
	}
	last, err := c.id("max_id")
	if err != nil {
		return nil, nil, err
	}
	now := c.s.now()
	all = slices.DeleteFunc(slices.Clone(all), func(x T) bool {
		return x.number() <= since || last > 0 && x.number() > last || x.since().After(now)
	})
	slices.Reverse(all)
	count := c.number("count", standard, most)
	start := min(len(all), count*(c.number("page", 1, 0)-1))
	end := min(len(all), start+count)
	about = object{"previous_cursor": int64(0), "next_cursor": int64(0), "total_number": len(all)}
	if end < len(all) {
		about["next_cursor"] = all[end].number()
	}
	return all[start:end], about, nil
}

func (p *post) number() int64       { return p.id }
func (p *post) since() time.Time    { return p.from }
func (x *comment) number() int64    { return x.id }
func (x *comment) since() time.Time { return x.from }
