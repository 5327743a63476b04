package sandbox

import (
	"cmp"
	"strings"
	"time"
)

// world is everything that accounts have done. Server.mu guards it.
type world struct {
	ids      *ids
	accounts map[string]*account // by id
	named    map[string]*account // by acct in lower case
	brands   []*account
	statuses []*status // in the order of their ids
	byID     map[string]*status
	follows  map[pair]*follow
	requests map[pair]*follow // follows that wait for approval
	media    map[string]*medium
	keys     map[string]keyed // idempotency key of an account → its status
	read     map[string]bool  // "account id/status id" of direct messages
}

// pair is who does something to whom.
type pair struct{ from, to *account }

// account is a brand or a person. Local ones have no host.
type account struct {
	id, name, host, display, note, language string
	brand, bot, locked                      bool
	created                                 time.Time
	claimed                                 int // followers elsewhere
	followers, following                    []*follow
	statuses                                []*status
	received                                []*status // that mention the account
	notifications                           []*notification
	policy                                  map[string]string
	blocks                                  map[*account]bool
	mutes                                   map[*account]bool
}

// follow is one account following another. Its id is used for paging only.
type follow struct {
	id       string
	from, to *account
}

// status is what an account said, or its repost of another status.
type status struct {
	id, text, spoiler, visibility, language string
	author                                  *account
	parent                                  *status
	replies                                 []*status
	reblog                                  *status
	entities                                []entity
	mentions                                []*account
	tags                                    []string
	media                                   []*medium
	created, edited                         time.Time
	sensitive, deleted, plain, localOnly    bool
	key, conversation                       string
	favourites, boosts                      map[*account]bool
}

type notification struct {
	id, kind string
	from     *account
	status   *status
	at       time.Time
	inSight  time.Time // when it can be read
	filtered bool
}

type medium struct {
	id, kind, alt string
	data          []byte
	wait          int // how many more times a question is answered "not yet"
	owner         *account
	status        *status
	width, height int
}

type keyed struct {
	status *status
	at     time.Time
}

func newWorld(o Options) world {
	return world{
		ids: newIDs(o.Clock, o.Variant.ULIDs), accounts: map[string]*account{}, named: map[string]*account{},
		byID: map[string]*status{}, follows: map[pair]*follow{}, requests: map[pair]*follow{},
		media: map[string]*medium{}, keys: map[string]keyed{}, read: map[string]bool{},
	}
}

// acct is the account's name as this server writes it.
func (a *account) acct() string {
	if a.host == "" {
		return a.name
	}
	return a.name + "@" + a.host
}

// find looks an account up by name, name@host or @name@host.
func (s *Server) find(acct string) *account {
	acct = strings.ToLower(strings.TrimPrefix(acct, "@"))
	return s.world.named[strings.TrimSuffix(acct, "@"+s.host)]
}

// create makes an account of this name.
func (s *Server) create(acct string) *account {
	acct = strings.TrimSuffix(strings.TrimPrefix(acct, "@"), "@"+s.host)
	name, host, _ := strings.Cut(acct, "@")
	a := &account{
		id: s.world.ids.next(), name: name, host: host, display: name, created: s.now(),
		language: "en", policy: defaultPolicy(s.options.Variant.FilterStrangers),
		blocks: map[*account]bool{}, mutes: map[*account]bool{},
	}
	s.world.accounts[a.id] = a
	s.world.named[strings.ToLower(a.acct())] = a
	return a
}

// AddAccount adds a brand account with its token and its followers. An account
// of that name that exists already takes the new values.
func (s *Server) AddAccount(b Account) {
	s.do(func() {
		a := s.find(b.Name)
		if a == nil {
			a = s.create(b.Name)
		}
		if !a.brand {
			s.world.brands = append(s.world.brands, a)
		}
		a.brand, a.bot, a.locked = true, !b.Unmarked, s.options.Variant.Locked
		a.display, a.note, a.language = cmp.Or(b.Display, b.Name), b.About, cmp.Or(b.Language, "en")
		s.oauth.tokens[cmp.Or(b.Token, "sandbox-"+b.Name)] = token{account: a, scopes: []string{"read", "write", "follow", "push", "profile"}}
		s.crowd.populate(a, s.options.Followers)
	})
}

// visible tells whether viewer, nil for anybody, may see x.
func (x *status) visible(s *Server, viewer *account) bool {
	switch {
	case x.deleted || (x.reblog != nil && x.reblog.deleted):
		return false
	case viewer != nil && (x.author == viewer || x.names(viewer)):
		return true
	case viewer != nil && x.author.blocks[viewer]:
		return false
	case x.visibility == "private":
		return viewer != nil && s.world.follows[pair{viewer, x.author}] != nil
	}
	return x.visibility != "direct"
}

// names tells whether x mentions a.
func (x *status) names(a *account) bool {
	for _, m := range x.mentions {
		if m == a {
			return true
		}
	}
	return false
}
