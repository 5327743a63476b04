package xfake

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// post is one post of anybody.
type post struct {
	id       string
	author   *user
	text     string // as written
	lead     string // the names that X puts before a reply
	parent   *post
	quoted   *post
	named    []*user // in text and lead
	written  []*user // in text alone
	media    []*media
	at       time.Time
	deleted  bool
	ai, paid bool
	exclude  []*user // left out of lead
}

// root is the first post of the conversation.
func (p *post) root() *post {
	for p.parent != nil {
		p = p.parent
	}
	return p
}

func (s *Server) post(id string) *post {
	i := slices.IndexFunc(s.posts, func(p *post) bool { return p.id == id })
	if i < 0 {
		return nil
	}
	return s.posts[i]
}

var mention = regexp.MustCompile(`(?:^|[^A-Za-z0-9_!@#$%&*])@([A-Za-z0-9_]{1,15})`)

// names are the users whom a text names, each once.
func (s *Server) names(text string) (all []*user) {
	for _, m := range mention.FindAllStringSubmatch(text, -1) {
		if u := s.named(m[1]); u != nil && !slices.Contains(all, u) {
			all = append(all, u)
		}
	}
	return all
}

// store publishes a post and tells everybody whom it concerns.
func (s *Server) store(p *post) {
	p.id, p.at, p.text = s.ids.next(), s.now(), strings.TrimSpace(p.text)
	p.written = s.names(p.text)
	p.lead = s.leading(p)
	p.named = s.names(p.lead + p.text)
	s.posts = append(s.posts, p)
	s.tellPost(p)
}

// leading are the names of those who take part, as X adds them to a reply;
// docs/networks.md, X.
func (s *Server) leading(p *post) string {
	if p.parent == nil {
		return ""
	}
	var names strings.Builder
	for _, u := range append([]*user{p.parent.author}, p.parent.named...) {
		if u == p.author || slices.Contains(p.written, u) || slices.Contains(p.exclude, u) || strings.Contains(names.String(), "@"+u.name+" ") {
			continue
		}
		names.WriteString("@" + u.name + " ")
	}
	return names.String()
}

// published is how many posts of u there are.
func (s *Server) published(u *user) (n int) {
	for _, p := range s.posts {
		if p.author == u && !p.deleted {
			n++
		}
	}
	return n
}

// language is what X would guess from the letters.
func language(text string) string {
	counts := map[string]int{}
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Hiragana, r) || unicode.Is(unicode.Katakana, r):
			counts["ja"] += 3
		case unicode.Is(unicode.Han, r):
			counts["zh"] += 2
		case unicode.Is(unicode.Latin, r):
			counts["en"]++
		}
	}
	best, most := "und", 0
	for _, name := range []string{"en", "zh", "ja"} {
		if counts[name] > most {
			best, most = name, counts[name]
		}
	}
	return best
}
