package sandbox

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Status is a post as the sandbox keeps it.
type Status struct {
	ID         string    `json:"id"`
	URI        string    `json:"uri"`     // the same on every server
	URL        string    `json:"url"`     // for people
	Account    string    `json:"account"` // name, or name@host
	Brand      bool      `json:"brand"`   // by a brand account
	Text       string    `json:"text"`    // as it was posted
	Visibility string    `json:"visibility"`
	Language   string    `json:"language"`
	InReplyTo  string    `json:"in_reply_to,omitempty"`
	Reblog     string    `json:"reblog,omitempty"` // the status that this is a repost of
	Mentions   []string  `json:"mentions,omitempty"`
	Media      []Media   `json:"media,omitempty"`
	Key        string    `json:"key,omitempty"` // Idempotency-Key
	CreatedAt  time.Time `json:"created_at"`
	Deleted    bool      `json:"deleted,omitempty"`
	Favourites int       `json:"favourites"`
	Boosts     int       `json:"boosts"`
}

// Media is a picture of a status.
type Media struct {
	ID   string `json:"id"`
	Type string `json:"type"` // for example image/png
	Alt  string `json:"alt"`
	Data []byte `json:"-"`
}

func (s *Server) export(x *status) Status {
	out := Status{
		ID: x.id, URI: s.statusURI(x), URL: s.statusURL(x), Account: x.author.acct(), Brand: x.author.brand, Text: x.text,
		Visibility: x.visibility, Language: x.language, Key: x.key, CreatedAt: x.created, Deleted: x.deleted,
		Favourites: len(x.favourites), Boosts: len(x.boosts),
	}
	if x.parent != nil {
		out.InReplyTo = x.parent.id
	}
	if x.reblog != nil {
		out.Reblog = x.reblog.id
	}
	for _, a := range x.mentions {
		out.Mentions = append(out.Mentions, a.acct())
	}
	for _, m := range x.media {
		out.Media = append(out.Media, Media{m.id, m.kind, m.alt, m.data})
	}
	return out
}

// Posts is everything that an account has posted, oldest first, also what was
// deleted.
func (s *Server) Posts(account string) (all []Status) {
	s.do(func() {
		a := s.find(account)
		for _, x := range s.world.statuses {
			if a != nil && x.author == a {
				all = append(all, s.export(x))
			}
		}
	})
	return all
}

// Status is the status of this id, unless there is none.
func (s *Server) Status(id string) (x Status, ok bool) {
	s.do(func() {
		if y := s.world.byID[id]; y != nil {
			x, ok = s.export(y), true
		}
	})
	return x, ok
}

// ReplyAs answers a status under a brand account by hand, as its staff would on
// the network itself. It returns the id, empty if there is no such status.
func (s *Server) ReplyAs(account, statusID, text string) string {
	return Person{s, s.ensure(account)}.Reply(statusID, text)
}

// Person is somebody on the network. The methods act at once.
type Person struct {
	s *Server
	a *account
}

// Trait is what a person is like.
type Trait func(*account)

// Called gives a person a display name.
func Called(display string) Trait { return func(a *account) { a.display = display } }

// Automated labels a person as a bot.
func Automated() Trait { return func(a *account) { a.bot = true } }

// About gives a person a note, for example "#nobot".
func About(note string) Trait { return func(a *account) { a.note = note } }

// FollowedBy gives a person n followers elsewhere.
func FollowedBy(n int) Trait { return func(a *account) { a.claimed = n } }

// Speaking sets the language a person writes in.
func Speaking(language string) Trait { return func(a *account) { a.language = language } }

// Reserved makes those who follow the person wait for approval.
func Reserved() Trait { return func(a *account) { a.locked = true } }

// Person is the person of this name: name is local, name@remote.example lives
// elsewhere. A new one is made if there is none.
func (s *Server) Person(name string, as ...Trait) Person {
	p := Person{s, s.ensure(name)}
	s.do(func() {
		for _, trait := range as {
			trait(p.a)
		}
	})
	return p
}

func (s *Server) ensure(name string) (a *account) {
	s.do(func() {
		if a = s.find(name); a == nil {
			a = s.create(name)
		}
	})
	return a
}

// ID is the id of the person's account.
func (p Person) ID() string { return p.a.id }

// Handle is the person's name with a host, without @.
func (p Person) Handle() string { return p.a.name + "@" + cmp.Or(p.a.host, p.s.host) }

// Follow follows a brand account.
func (p Person) Follow(account string) { p.toward(account, p.s.follow) }

// Unfollow ends that.
func (p Person) Unfollow(account string) { p.toward(account, p.s.unfollow) }

// Block keeps an account from reading and reaching the person.
func (p Person) Block(account string) { p.toward(account, p.s.block) }

func (p Person) toward(name string, f func(from, to *account)) {
	p.s.do(func() {
		if to := p.s.find(name); to != nil {
			f(p.a, to)
		}
	})
}

// Say posts in public, naming the accounts, and returns the status' id.
func (p Person) Say(text string, to ...string) string { return p.post("public", text, to) }

// SayDirect posts to the accounts alone.
func (p Person) SayDirect(text string, to ...string) string { return p.post("direct", text, to) }

// SayUnder posts a text below a content warning.
func (p Person) SayUnder(warning, text string, to ...string) (id string) {
	p.s.do(func() {
		id = p.s.publish(draft{author: p.a, text: p.s.addressed(text, to), spoiler: warning, visibility: "public", language: p.a.language}).id
	})
	return id
}

func (p Person) post(visibility, text string, to []string) (id string) {
	p.s.do(func() {
		id = p.s.publish(draft{
			author: p.a, text: p.s.addressed(text, to), visibility: visibility, language: p.a.language,
		}).id
	})
	return id
}

// Reply answers a status, as privately as it is itself, naming its author. The
// id is empty if there is no such status.
func (p Person) Reply(statusID, text string) (id string) {
	p.s.do(func() {
		if x := p.s.world.byID[statusID]; x != nil && x.visible(p.s, p.a) {
			id = p.s.reply(p.a, x, text).id
		}
	})
	return id
}

// Comment answers a status without naming anybody: on Mastodon nobody is
// notified of that.
func (p Person) Comment(statusID, text string) (id string) {
	p.s.do(func() {
		if x := p.s.world.byID[statusID]; x != nil && x.visible(p.s, p.a) {
			id = p.s.publish(draft{author: p.a, text: text, visibility: x.visibility, language: p.a.language, parent: x}).id
		}
	})
	return id
}

func (s *Server) reply(a *account, x *status, text string) *status {
	to := []string{x.author.acct()}
	if x.author == a {
		to = nil
	}
	return s.publish(draft{
		author: a, text: s.addressed(text, to), visibility: x.visibility, language: a.language, parent: x,
	})
}

// addressed puts the names before the text that are not in it.
func (s *Server) addressed(text string, to []string) string {
	named := map[*account]bool{}
	for _, e := range entitiesOf(text) {
		if e.kind == "mention" {
			named[s.find(e.value)] = true
		}
	}
	names := ""
	for _, name := range to {
		if !named[s.find(name)] {
			names += "@" + strings.TrimPrefix(name, "@") + " "
		}
	}
	return names + text
}

// Delete removes a status of the person.
func (p Person) Delete(statusID string) {
	p.s.do(func() {
		if x := p.s.world.byID[statusID]; x != nil && x.author == p.a && !x.deleted {
			p.s.remove(x)
		}
	})
}

// Favourite likes a status.
func (p Person) Favourite(statusID string) {
	p.s.do(func() {
		if x := p.s.world.byID[statusID]; x != nil && x.visible(p.s, p.a) {
			_ = p.s.favourite(&call{me: p.a}, x) // never fails
		}
	})
}

// Boost reposts a public status.
func (p Person) Boost(statusID string) {
	p.s.do(func() {
		if x := p.s.world.byID[statusID]; x != nil && slices.Contains([]string{"public", "unlisted"}, x.visibility) {
			p.s.boost(p.a, x, "public")
		}
	})
}

// Inbox is what names the person, direct or not, oldest first.
func (p Person) Inbox() (all []Status) {
	p.s.do(func() {
		for _, x := range p.a.received {
			all = append(all, p.s.export(x))
		}
	})
	return all
}
