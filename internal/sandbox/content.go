package sandbox

import (
	"html"
	"regexp"
	"strings"
	"unicode/utf8"
)

// content is the text as HTML, the way Mastodon's TextFormatter writes it.
func (s *Server) content(text string, entities []entity) string {
	var b strings.Builder
	at := 0
	for _, e := range entities {
		b.WriteString(html.EscapeString(text[at:e.start]))
		b.WriteString(s.entityHTML(e, text[e.start:e.end]))
		at = e.end
	}
	b.WriteString(html.EscapeString(text[at:]))
	return paragraphs(b.String())
}

var blankLines = regexp.MustCompile(`\n\n+`)

func paragraphs(markup string) string {
	if markup == "" {
		return ""
	}
	parts := blankLines.Split(strings.ReplaceAll(markup, "\r\n", "\n"), -1)
	for i, p := range parts {
		parts[i] = "<p>" + strings.ReplaceAll(p, "\n", "<br />") + "</p>"
	}
	return strings.Join(parts, "")
}

func (s *Server) entityHTML(e entity, written string) string {
	switch e.kind {
	case "link":
		return linkHTML(e.value)
	case "tag":
		return `<a href="` + html.EscapeString(s.tagURL(e.value)) + `" class="mention hashtag" rel="tag">#<span>` +
			html.EscapeString(e.value) + `</span></a>`
	}
	a := s.find(e.value)
	if a == nil {
		return html.EscapeString(written)
	}
	return `<span class="h-card" translate="no"><a href="` + html.EscapeString(s.accountURL(a)) +
		`" class="u-url mention">@<span>` + html.EscapeString(a.name) + `</span></a></span>`
}

var linkPrefix = regexp.MustCompile(`(?i)^https?://(www\.)?`)

// linkHTML hides the scheme and all after 30 characters.
func linkHTML(link string) string {
	prefix := linkPrefix.FindString(link)
	shown, rest := link[len(prefix):], ""
	class := ""
	if runes := []rune(shown); utf8.RuneCountInString(shown) > 30 {
		shown, rest, class = string(runes[:30]), string(runes[30:]), "ellipsis"
	}
	return `<a href="` + html.EscapeString(link) + `" target="_blank" rel="nofollow noopener" translate="no">` +
		`<span class="invisible">` + html.EscapeString(prefix) + `</span><span class="` + class + `">` +
		html.EscapeString(shown) + `</span><span class="invisible">` + html.EscapeString(rest) + `</span></a>`
}

// origin is the address of the server that the account lives on.
func (s *Server) origin(a *account) string {
	if a.host == "" {
		return s.base
	}
	return "https://" + a.host
}

func (s *Server) accountURL(a *account) string { return s.origin(a) + "/@" + a.name }

func (s *Server) accountURI(a *account) string { return s.origin(a) + "/users/" + a.name }

func (s *Server) statusURL(x *status) string { return s.accountURL(x.author) + "/" + x.id }

func (s *Server) statusURI(x *status) string {
	return s.accountURI(x.author) + "/statuses/" + x.id
}

func (s *Server) tagURL(tag string) string { return s.base + "/tags/" + strings.ToLower(tag) }
