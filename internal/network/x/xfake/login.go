package xfake

import (
	"crypto/rand"
	"slices"
	"time"
)

// login is what the fake knows of tokens and keys.
type login struct {
	visitor *user // who is signed in at the consent page
	deny    bool  // and says no
	app     string
	access  map[string]*grant // by access token
	refresh map[string]*grant // by refresh token
	codes   map[string]*code
	keys    map[string]*keys // by OAuth 1.0a token
	nonces  map[string]bool
	secrets []string // all that were ever handed out
	limits  map[*user]string
}

// grant is what an account allowed the app, and its tokens of today.
type grant struct {
	account         *user
	scopes          []string
	access, refresh string
	expires         time.Time
}

type keys struct {
	account *user
	Keys
}

// Keys are for OAuth 1.0a.
type Keys struct{ ConsumerKey, ConsumerSecret, Token, TokenSecret string }

// Tokens are for OAuth 2.0.
type Tokens struct {
	Access, Refresh string
	Expires         time.Time // of Access
}

func newLogin() login {
	l := login{access: map[string]*grant{}, refresh: map[string]*grant{}, codes: map[string]*code{},
		keys: map[string]*keys{}, nonces: map[string]bool{}, limits: map[*user]string{}}
	l.app = "app-bearer-" + rand.Text()
	return l
}

// secret makes something that must never show.
func (l *login) secret(kind string) string { return l.handOut(kind + "-" + rand.Text()) }

func (l *login) handOut(text string) string {
	if !slices.Contains(l.secrets, text) {
		l.secrets = append(l.secrets, text)
	}
	return text
}

// AppToken is the app-only bearer token.
func (s *Server) AppToken() (text string) {
	s.do(func() { text = s.login.handOut(s.login.app) })
	return text
}

// Client is the app that speaks.
func (s *Server) Client() Client {
	s.do(func() { s.login.handOut(s.options.Client.Secret) })
	return s.options.Client
}

// Secrets are all tokens, keys and secrets that were ever handed out, to tests
// and to clients.
func (s *Server) Secrets() (all []string) {
	s.do(func() { all = slices.Clone(s.login.secrets) })
	return all
}

// Tokens makes new OAuth 2.0 tokens of an account, with all its scopes or
// with these.
func (s *Server) Tokens(account string, scopes ...string) (t Tokens) {
	s.do(func() {
		a := s.account(account)
		if len(scopes) == 0 {
			scopes = a.scopes
		}
		g := s.renew(&grant{account: a, scopes: scopes})
		t = Tokens{g.access, g.refresh, g.expires}
	})
	return t
}

// renew gives a grant new tokens; the old refresh token is used up.
func (s *Server) renew(g *grant) *grant {
	delete(s.login.refresh, g.refresh)
	fresh := *g
	fresh.access, fresh.refresh = s.login.secret("access"), ""
	fresh.expires = s.now().Add(s.options.TokenLife)
	s.login.access[fresh.access] = &fresh
	if slices.Contains(g.scopes, "offline.access") {
		fresh.refresh = s.login.secret("refresh")
		s.login.refresh[fresh.refresh] = &fresh
	}
	return &fresh
}

// Keys are the OAuth 1.0a keys of an account.
func (s *Server) Keys(account string) (k Keys) {
	s.do(func() {
		a := s.account(account)
		for _, each := range s.login.keys {
			if each.account == a {
				k = each.Keys
				return
			}
		}
		k = Keys{"fake-consumer-key", s.consumerSecret(), s.login.secret(a.id), s.login.secret("token-secret")}
		s.login.keys[k.Token] = &keys{a, k}
	})
	return k
}

func (s *Server) consumerSecret() string {
	for _, each := range s.login.keys {
		return each.ConsumerSecret
	}
	return s.login.secret("consumer-secret")
}

// Expire ends the life of all access tokens of an account; refresh tokens stay.
func (s *Server) Expire(account string) {
	s.do(func() {
		for _, g := range s.login.access {
			if g.account == s.account(account) {
				g.expires = s.now()
			}
		}
	})
}

// Revoke takes everything away that an account allowed: OAuth 2.0 and 1.0a.
func (s *Server) Revoke(account string) {
	s.do(func() {
		a := s.account(account)
		for _, tokens := range []map[string]*grant{s.login.access, s.login.refresh} {
			for text, g := range tokens {
				if g.account == a {
					delete(tokens, text)
				}
			}
		}
		for text, k := range s.login.keys {
			if k.account == a {
				delete(s.login.keys, text)
			}
		}
	})
}

// Restrict answers every call of an account with 403 and this detail, as when
// it is suspended or locked; "" ends that.
func (s *Server) Restrict(account, detail string) {
	s.do(func() { s.login.limits[s.account(account)] = detail })
}
