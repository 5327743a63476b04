package xfake

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Prices in millionths of a dollar (docs/networks.md, X, Prices).
const (
	priceCreate   = 15_000
	priceLink     = 200_000
	priceSummoned = 10_000
	priceSend     = 15_000
	priceDelete   = 10_000
	priceMetadata = 5_000
	pricePost     = 5_000
	priceUser     = 10_000
	priceMessage  = 10_000
	priceOwned    = 1_000
)

// money is what was charged, and what is left.
type money struct {
	charged int64
	limited bool
	left    int64
	today   map[string]bool // objects read on a day: each is charged once
	reads   int             // of posts
}

func newMoney() money { return money{today: map[string]bool{}} }

// SetCredits leaves so many millionths of a dollar; 402 comes when they are gone.
func (s *Server) SetCredits(micros int64) {
	s.do(func() { s.money.limited, s.money.left = true, micros })
}

// Charged is all that was charged, in millionths of a dollar.
func (s *Server) Charged() (micros int64) {
	s.do(func() { micros = s.money.charged })
	return micros
}

func (s *Server) depleted() error {
	id := s.named(s.options.Owner).id
	p := typed(http.StatusPaymentRequired, "credits", "CreditsDepleted",
		fmt.Sprintf("Your enrolled account [%s] does not have any credits to fulfill this request.", id))
	delete(p.body, "status")
	p.body["account_id"], _ = strconv.ParseInt(id, 10, 64) // our own ids are numbers
	return p
}

// solvent refuses every call when the credits are gone.
func (s *Server) solvent(c *call) error {
	if s.money.limited && s.money.left <= 0 && c.route.pattern != "GET /2/usage/tweets" {
		return s.depleted()
	}
	return nil
}

// pay charges for a write, or refuses it.
func (s *Server) pay(micros int64) error {
	if s.money.limited && s.money.left < micros {
		return s.depleted()
	}
	s.charge(micros)
	return nil
}

func (s *Server) charge(micros int64) {
	s.money.charged += micros
	if s.money.limited {
		s.money.left -= micros
	}
}

// readFor charges for an object that was read: once a day, and little where it
// belongs to the account that owns the app.
func (s *Server) readFor(c *call, kind, id string, micros int64, owned bool) {
	if kind == "post" {
		s.money.reads++
	}
	key := s.now().UTC().Format(time.DateOnly) + " " + kind + " " + id
	if s.money.today[key] {
		return
	}
	s.money.today[key] = true
	if owned && c.me == s.named(s.options.Owner) {
		micros = min(micros, priceOwned)
	}
	s.charge(micros)
}

// getUsage is GET /2/usage/tweets.
func (s *Server) getUsage(*call) (any, error) {
	return object{"data": object{
		"project_id": "1990000000000000000", "project_cap": "3000000", "project_usage": strconv.Itoa(s.money.reads), "cap_reset_day": 1,
	}}, nil
}
