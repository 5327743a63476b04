package memory

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"magpie/internal/network"
)

// followersPage is how many followers a page has.
const followersPage = 80

// client speaks for one account of a Network.
type client struct {
	net  *Network
	name string
}

// Client returns a client of an account. The account's id and handle are its
// name. Two clients of one account see the same.
func (n *Network) Client(name string) network.Client { return &client{n, name} }

// with runs f on the account, unless the context has ended.
func (c *client) with(ctx context.Context, f func(*account) error) error {
	if err := ctx.Err(); err != nil {
		return cancelled(err)
	}
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	return f(c.net.of(c.name))
}

func (c *client) Verify(ctx context.Context) (network.Self, error) {
	err := c.with(ctx, func(*account) error { return nil })
	return network.Self{ID: c.name, Handle: c.name, Bot: true, URL: "memory:account/" + c.name}, err
}

func (c *client) Limits(ctx context.Context) (l network.Limits, err error) {
	err = c.with(ctx, func(a *account) error { l = a.kind.Limits; return nil })
	return l, err
}

func (c *client) Prepare(ctx context.Context, d network.Draft) (s network.Sealed, err error) {
	err = c.with(ctx, func(a *account) error {
		text := a.address(d.Text, d.To)
		if err := a.fits(text, d.Direct); err != nil {
			return err
		}
		body, err := json.Marshal(d)
		if err != nil {
			return network.Fail(network.Refused, "the post can't be written: %v", err)
		}
		s = network.Sealed{Body: body, Key: d.Key, Text: text, Replay: a.replay}
		return nil
	})
	return s, err
}

func (c *client) Publish(ctx context.Context, s network.Sealed) (r network.Receipt, err error) {
	var d network.Draft
	if err := json.Unmarshal(s.Body, &d); err != nil {
		return r, network.Fail(network.Refused, "the stored post can't be read: %v", err)
	}
	err = c.with(ctx, func(a *account) error {
		fault := a.fault()
		if fault.Failure != nil && !fault.Stored {
			return fault.Failure
		}
		r = c.store(a, s, d)
		if fault.Failure != nil {
			r = network.Receipt{}
			return fault.Failure
		}
		return nil
	})
	return r, err
}

func (a *account) fault() (f Fault) {
	if len(a.faults) > 0 {
		f, a.faults = a.faults[0], a.faults[1:]
	}
	return f
}

// store adds a post, or finds the one that has its key already.
func (c *client) store(a *account, s network.Sealed, d network.Draft) network.Receipt {
	now := c.net.clock()
	if i, known := a.keys[s.Key]; known && a.remembers(a.posts[i], now) {
		return receipt(a.posts[i])
	}
	p := Posted{ID: "memory:post/" + c.net.next(), Key: s.Key, Text: s.Text, Language: d.Language,
		Direct: d.Direct, Unlisted: d.Unlisted, ReplyTo: d.ReplyTo, Images: d.Images, At: now}
	if d.To != nil {
		p.To = d.To.Handle
	}
	a.keys[s.Key] = len(a.posts)
	a.posts = append(a.posts, p)
	return receipt(p)
}

// remembers tells whether the key of p still counts.
func (a *account) remembers(p Posted, now time.Time) bool {
	return a.replay == network.Exact || a.replay == network.Keyed && now.Before(p.At.Add(a.kind.KeyLife))
}

func receipt(p Posted) network.Receipt { return network.Receipt{ID: p.ID, URL: p.ID} }

// Metrics implements network.Client: nobody is there to like anything.
func (c *client) Metrics(ctx context.Context, ids []string) (all []network.Metrics, err error) {
	err = c.with(ctx, func(a *account) error {
		for _, p := range a.posts {
			if slices.Contains(ids, p.ID) && !p.Deleted {
				all = append(all, network.Metrics{ID: p.ID})
			}
		}
		return nil
	})
	return all, err
}

func (c *client) Find(ctx context.Context, s network.Sealed, since time.Time, taken func(string) bool) (
	r network.Receipt, found bool, err error) {
	var posts []Posted
	if err := c.with(ctx, func(a *account) error { posts = slices.Clone(a.posts); return nil }); err != nil {
		return r, false, err
	}
	for _, p := range posts {
		if p.Key == s.Key && !p.Deleted && !p.At.Before(since) && !taken(p.ID) {
			return receipt(p), true, nil
		}
	}
	return r, false, nil
}

func (c *client) Posts(ctx context.Context, since time.Time) (all []network.Posted, err error) {
	err = c.with(ctx, func(a *account) error {
		for _, p := range a.posts {
			if p.Deleted || p.At.Before(since) {
				continue
			}
			x := network.Posted{Receipt: receipt(p), At: p.At, Text: p.Text, Direct: p.Direct, ReplyTo: string(p.ReplyTo)}
			if p.To != "" {
				x.To = []network.Person{{ID: p.To, Handle: p.To}}
			}
			all = append(all, x)
		}
		return nil
	})
	return all, err
}

func (c *client) Delete(ctx context.Context, id string) error {
	return c.with(ctx, func(a *account) error {
		i := slices.IndexFunc(a.posts, func(p Posted) bool { return p.ID == id })
		if i < 0 {
			return gone(id)
		}
		a.posts[i].Deleted = true
		return nil
	})
}

func (c *client) Answered(ctx context.Context, m network.Ref, ours func(string) bool) (yes bool, err error) {
	err = c.with(ctx, func(a *account) error {
		yes = slices.ContainsFunc(a.posts, func(p Posted) bool { return p.ReplyTo == m && !p.Deleted && (ours == nil || !ours(p.ID)) })
		return nil
	})
	return yes, err
}

// Events has cursors that count the events before them.
func (c *client) Events(ctx context.Context, cursor string) (events []network.Event, next string, err error) {
	err = c.with(ctx, func(a *account) error {
		start := len(a.events)
		if cursor != "" {
			if start, err = strconv.Atoi(cursor); err != nil || start < 0 || start > len(a.events) {
				return network.Fail(network.Refused, "%q is no cursor of this account", cursor)
			}
		}
		events, next = slices.Clone(a.events[start:]), strconv.Itoa(len(a.events))
		return nil
	})
	if err != nil {
		return nil, cursor, err
	}
	return events, next, nil
}

func (c *client) Followers(ctx context.Context, cursor string) (page []network.Person, next string, err error) {
	start, err := strconv.Atoi("0" + cursor)
	if err != nil {
		return nil, "", network.Fail(network.Refused, "%q is no cursor", cursor)
	}
	err = c.with(ctx, func(a *account) error {
		rest := a.followers[min(start, len(a.followers)):]
		page = slices.Clone(rest[:min(followersPage, len(rest))])
		if len(rest) > followersPage {
			next = strconv.Itoa(start + followersPage)
		}
		return nil
	})
	return page, next, err
}

// Stream lasts until ctx ends: this network never breaks.
func (c *client) Stream(ctx context.Context, ready func(), handle func(network.Event)) error {
	_, start, err := c.after(ctx, nil)
	if err != nil {
		return err
	}
	seen := start.seen
	ready()
	for {
		fresh, now, err := c.after(ctx, &seen)
		if err != nil {
			return err
		}
		for _, e := range fresh {
			handle(e)
		}
		seen = now.seen
		select {
		case <-now.more:
		case <-ctx.Done():
		}
	}
}

// present is how many events an account has had, and a sign of the next.
type present struct {
	seen int
	more <-chan struct{}
}

// after returns the events after the first so many; none for nil.
func (c *client) after(ctx context.Context, seen *int) (events []network.Event, now present, err error) {
	err = c.with(ctx, func(a *account) error {
		now = present{len(a.events), a.changed}
		if seen != nil {
			events = slices.Clone(a.events[*seen:])
		}
		return nil
	})
	return events, now, err
}

func (c *client) Quota() (q network.Quota) {
	c.net.mu.Lock()
	defer c.net.mu.Unlock()
	return c.net.of(c.name).quota
}
