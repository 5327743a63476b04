package xfake

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

var link = regexp.MustCompile(`https?://[^\s]+`)

// links are where links are in a text, in bytes.
func (s *Server) links(text string) [][2]int {
	if s.options.Links != nil {
		return s.options.Links(text)
	}
	var all [][2]int
	for _, at := range link.FindAllStringIndex(text, -1) {
		end := at[0] + len(strings.TrimRight(text[at[0]:at[1]], `.,;:!?)]}'"`))
		all = append(all, [2]int{at[0], end})
	}
	return all
}

// cut280 is how a text of more than 280 characters is shown where note_tweet is not
// asked for.
func (s *Server) cut280(p *post) (w wired, long bool) {
	text := []rune(p.text)
	if len(text) <= textLimit {
		return w, false
	}
	cut := string(text[:textLimit-4])
	if i := strings.LastIndexByte(cut, ' '); i > 0 {
		cut = cut[:i]
	}
	return s.wire(p.id, p.lead+cut+"…", false), true
}

// wired is a text as X says it back, with its entities.
type wired struct {
	text     string
	entities object
}

// wire shortens the links of a text and escapes it; id makes short links differ.
func (s *Server) wire(id, text string, pictures bool) wired {
	if s.options.Verbatim {
		return wired{text, s.entities(text, nil)}
	}
	out, from := &shortener{id: id}, 0
	for _, at := range s.links(text) {
		out.WriteString(escape(text[from:at[0]]))
		out.link(text[at[0]:at[1]])
		from = at[1]
	}
	out.WriteString(escape(text[from:]))
	if pictures {
		if out.Len() > 0 {
			out.WriteByte(' ')
		}
		out.link("https://x.com/i/status/" + id + "/photo/1")
	}
	return wired{out.String(), s.entities(out.String(), out.urls)}
}

// shortener builds a text, and remembers the links in it.
type shortener struct {
	strings.Builder
	id   string
	urls []object
}

// link writes a link; positions count characters, as X counts them.
func (b *shortener) link(address string) {
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	short := shortened(b.id, len(b.urls))
	start := utf8.RuneCountInString(b.String())
	b.WriteString(short)
	b.urls = append(b.urls, object{"start": start, "end": start + len(short), "url": short, "expanded_url": address,
		"display_url": display(address)})
}

// escape is what X escapes: & < > only.
func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

func shortened(id string, n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%d", id, n))
	return fmt.Sprintf("https://t.co/%X", sum[:5])
}

func display(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	rest = strings.TrimPrefix(rest, "www.")
	if runes := []rune(rest); len(runes) > 27 {
		return string(runes[:27]) + "…"
	}
	return rest
}

// entities are the links and the names in a text that is final.
func (s *Server) entities(text string, urls []object) object {
	all := object{}
	if len(urls) > 0 {
		all["urls"] = urls
	}
	var names []object
	for _, at := range mention.FindAllStringSubmatchIndex(text, -1) {
		if u := s.named(text[at[2]:at[3]]); u != nil {
			start := utf8.RuneCountInString(text[:at[2]]) - 1
			names = append(names, object{"start": start, "end": start + 1 + len(u.name), "username": u.name, "id": u.id})
		}
	}
	if len(names) > 0 {
		all["mentions"] = names
	}
	return all
}
