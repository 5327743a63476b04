package weibofake

import (
	"crypto/rand"
	"time"
)

// token is an access token; there is nothing to refresh it with.
type token struct {
	user *user
	at   time.Time
	life time.Duration
}

// grant makes a token, as long as the app's level allows.
func (s *Server) grant(u *user) (string, *token) {
	text := "2.00" + rand.Text()
	s.tokens[text] = &token{u, s.now(), s.o.Level.life()}
	return text, s.tokens[text]
}

// left is how long a token still lasts.
func (t *token) left(now time.Time) time.Duration { return t.at.Add(t.life).Sub(now) }

func (s *Server) valid(text string) (*token, error) {
	t := s.tokens[text]
	switch {
	case text == "":
		return nil, problem(21301)
	case t == nil:
		return nil, problem(21332)
	case t.left(s.now()) <= 0:
		return nil, problem(21327)
	}
	return t, nil
}

// tokenInfo is oauth2/get_token_info; Weibo spells expire_in so.
func (s *Server) tokenInfo(c *call) (any, error) {
	t := s.tokens[c.token]
	return object{
		"uid": t.user.id, "appkey": s.o.AppKey, "scope": nil,
		"create_at": t.at.Unix(), "expire_in": int64(t.left(s.now()) / time.Second),
	}, nil
}

// revoke is oauth2/revokeoauth2: all tokens of the user are gone.
func (s *Server) revoke(c *call) (any, error) {
	s.withdraw(c.me)
	return object{"result": "true"}, nil
}

func (s *Server) withdraw(u *user) {
	for text, t := range s.tokens {
		if t.user == u {
			delete(s.tokens, text)
		}
	}
}

// Grant gives the account a new token; old ones stay valid.
func (s *Server) Grant(a *Account) (text string) {
	s.do(func() { text, _ = s.grant(a.u) })
	return text
}

// Expire ends the life of all tokens that the account has now: 21327.
func (s *Server) Expire(a *Account) {
	s.do(func() {
		for _, t := range s.tokens {
			if t.user == a.u {
				t.life = 0
			}
		}
	})
}

// Revoke takes all tokens of the account back, as its owner can: 21332.
func (s *Server) Revoke(a *Account) { s.do(func() { s.withdraw(a.u) }) }
