package weibo

import (
	"context"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"magpie/internal/network"
)

// Find implements network.Client: Weibo knows no key, so the account's own posts,
// or the comments below a post, are read back to since and compared.
func (c *client) Find(ctx context.Context, s network.Sealed, since time.Time, taken func(string) bool) (it network.Receipt, found bool,
	err error) {
	b, err := unseal(s)
	if err != nil {
		return it, false, err
	}
	switch {
	case b.Direct != "":
		return it, false, nil // Weibo does not show what was said in private
	case b.To != nil:
		err = c.comments(ctx, b.To.Status, url.Values{}, since, func(x comment) {
			id := commentID(b.To.Status, x.ID)
			if !found && answersTo(x) == b.To.Comment && bare(x.Text) == bare(b.Text) && !taken(id) {
				it, found = network.Receipt{ID: id, URL: "https://weibo.com/" + b.To.From + "/" + b.To.Status}, true
			}
		})
		return it, found, err
	}
	err = c.own(ctx, since, func(x status) {
		if !found && x.reads(b.Text) && !taken(x.ID) {
			it, found = receipt(x), true
		}
	})
	return it, found, err
}

func answersTo(x comment) string {
	if x.Replied == nil {
		return ""
	}
	return x.Replied.ID
}

// own shows the account's posts since an instant (GET statuses/user_timeline).
func (c *client) own(ctx context.Context, since time.Time, see func(status)) error {
	for n := 1; ; n++ {
		var page struct {
			Statuses []status `json:"statuses"`
			Next     int64    `json:"next_cursor"`
		}
		q := url.Values{"count": {"100"}, "page": {strconv.Itoa(n)}}
		if err := c.call(ctx, request{method: http.MethodGet, path: "/2/statuses/user_timeline.json", form: q}, &page); err != nil {
			return err
		}
		for _, s := range page.Statuses {
			if s.At.Before(since.Truncate(time.Second)) {
				return nil
			}
			see(s)
		}
		if page.Next == 0 || len(page.Statuses) == 0 {
			return nil
		}
	}
}

// errManyComments means that not all comments were read.
var errManyComments = errors.New("there are too many comments to read them all")

// pages are as many as are worth their calls.
const pages = 3

// comments shows the account's comments below a post since an instant (GET
// comments/show).
func (c *client) comments(ctx context.Context, status string, q url.Values, since time.Time, see func(comment)) error {
	me, err := c.me(ctx)
	if err != nil {
		return err
	}
	most := pages // of 200 comments, to see whether somebody has answered
	if !since.IsZero() {
		most = math.MaxInt
	}
	q.Set("id", status)
	q.Set("count", "200")
	for n := 1; ; n++ {
		var page struct {
			Comments []comment `json:"comments"`
			Next     int64     `json:"next_cursor"`
		}
		q.Set("page", strconv.Itoa(n))
		if err := c.call(ctx, request{method: http.MethodGet, path: "/2/comments/show.json", form: q}, &page); err != nil {
			return err
		}
		for _, x := range page.Comments {
			if x.At.Before(since.Truncate(time.Second)) {
				return nil
			}
			if x.User.ID == me {
				see(x)
			}
		}
		if page.Next == 0 || len(page.Comments) == 0 {
			return nil
		}
		if n >= most { // calls are few
			return errManyComments
		}
	}
}

// Posts implements network.Client. Comments and private messages are not listed
// anywhere as our own.
func (c *client) Posts(ctx context.Context, since time.Time) (all []network.Posted, err error) {
	err = c.own(ctx, since, func(s status) {
		all = append(all, network.Posted{Receipt: receipt(s), At: s.At.Time, Text: s.words()})
	})
	return all, err
}

// Answered implements network.Client: is there a comment of ours below the post
// that answers m? What was said in private is not shown.
func (c *client) Answered(ctx context.Context, m network.Ref, ours func(string) bool) (yes bool, err error) {
	x := parseRef(m)
	if x.Status == "" {
		return false, nil
	}
	q := url.Values{}
	if x.Comment != "" {
		q.Set("since_id", x.Comment) // an answer is newer
	}
	err = c.comments(ctx, x.Status, q, time.Time{}, func(a comment) {
		yes = yes || answersTo(a) == x.Comment && (ours == nil || !ours(commentID(x.Status, a.ID)))
	})
	if errors.Is(err, errManyComments) && !yes {
		return false, network.Fail(network.Unproven, "there are too many comments to see whether somebody has answered")
	}
	return yes, err
}
