package weibofake

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"time"
)

// post is a status.
type post struct {
	id      int64
	author  *user
	text    string // as sent
	shown   string
	picture []byte
	rip     string
	at      time.Time
	from    time.Time // lists show it from then on
	deleted bool
}

func (p *post) idstr() string { return strconv.FormatInt(p.id, 10) }

// share is statuses/share: the only way of posting for ordinary apps.
func (s *Server) share(c *call) (any, error) {
	if err := c.need("status", "rip"); err != nil {
		return nil, err
	}
	if err := plausible(c.get("rip")); err != nil {
		return nil, err
	}
	text := c.get("status")
	if err := s.allows(text); err != nil {
		return nil, err
	}
	data, err := c.picture()
	if err != nil {
		return nil, err
	}
	if err := s.hourly(c.me); err != nil {
		return nil, err
	}
	if err := s.repeated(c.me, text); err != nil {
		return nil, err
	}
	p := s.store(c.me, text)
	p.picture, p.rip, p.from = data, c.get("rip"), p.at.Add(c.hide)
	return s.status(p), nil
}

// contracted is statuses/upload_url_text/biz, which apps with a contract call: the
// text needs no link, and a picture travels by another way.
func (s *Server) contracted(c *call) (any, error) {
	if !s.o.FreeText {
		return nil, problem(10014)
	}
	if data, err := c.picture(); err != nil || data != nil {
		return nil, cmp.Or(err, problem(10008))
	}
	return s.share(c)
}

// allows checks what 2/statuses/share asks of a text.
func (s *Server) allows(text string) error {
	if err := s.fits(text); err != nil || s.o.FreeText {
		return err
	}
	if hasTopic(text) {
		return invalid("status", "no #topic#", text)
	}
	if !s.safe(text) {
		return problemf(10017, "text not find domain!")
	}
	return nil
}

// repeated compares a text with the recent ones of the account, deleted or not.
func (s *Server) repeated(u *user, text string) error {
	since := s.now().Add(-s.o.Recent)
	for _, p := range slices.Backward(s.posts) {
		if s.o.Recent > 0 && p.author == u && p.at.After(since) {
			if err := repeats(text, p.text); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Server) store(u *user, text string) *post {
	p := &post{id: s.item(), author: u, text: text, shown: s.show(text), at: s.now()}
	p.from = p.at
	s.posts = append(s.posts, p)
	return p
}

// plausible checks that an address can be a person's: "the real, valid IP of the
// acting user".
func plausible(rip string) error {
	ip, err := netip.ParseAddr(rip)
	if err != nil || ip.Zone() != "" || !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return invalid("rip", "the user's ip", rip)
	}
	return nil
}
