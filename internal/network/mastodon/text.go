package mastodon

import (
	"strings"

	"golang.org/x/net/html"
)

// maxText is how much of a status' HTML is read, in bytes.
const maxText = 256 << 10

// inline are elements that end no line; all others do, before and after.
var inline = namesOf("a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img", "ins", "kbd",
	"label", "mark", "q", "rp", "rt", "ruby",
	"s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr")

func namesOf(names ...string) map[string]bool {
	out := map[string]bool{}
	for _, n := range names {
		out[n] = true
	}
	return out
}

// said is what the HTML of a status says.
type said struct {
	text   string // all that its author wrote
	quoted string // what stands in quotes, and the line that names a quoted post for servers that show none
	links  []anchor
}

// anchor is a link that is no name and no tag.
type anchor struct{ href, text string }

// plain is all of a status' HTML as text.
func plain(content string) string {
	s := read(content)
	return strings.TrimSpace(s.quoted + "\n" + s.text)
}

// reader walks over the HTML of a status.
type reader struct {
	own, quoted strings.Builder
	out         said
	quotes      []string // open elements that are a quote, by name
	link        *anchor  // the open one
}

// read takes a status apart (Mastodon documentation, Quotes: class quote-inline is a fallback that clients leave out).
func read(content string) said {
	var r reader
	z := html.NewTokenizer(strings.NewReader(content[:min(len(content), maxText)]))
	for {
		switch z.Next() {
		case html.ErrorToken:
			r.out.text, r.out.quoted = tidy(r.own.String()), tidy(r.quoted.String())
			return r.out
		case html.TextToken:
			r.write(string(z.Text()))
		case html.StartTagToken:
			r.begin(z.Token())
		case html.SelfClosingTagToken:
			if !inline[z.Token().Data] {
				r.write("\n")
			}
		case html.EndTagToken:
			r.end(z.Token().Data)
		}
	}
}

func (r *reader) write(text string) {
	to := &r.own
	if len(r.quotes) > 0 {
		to = &r.quoted
	}
	to.WriteString(text)
	if r.link != nil {
		r.link.text += text
	}
}

func (r *reader) begin(t html.Token) {
	if n := len(r.quotes); n > 0 && t.Data == "p" && r.quotes[n-1] == "p" {
		r.quotes = r.quotes[:n-1] // a paragraph ends where the next one begins
	}
	if !inline[t.Data] {
		r.write("\n")
	}
	if t.Data == "br" {
		return
	}
	class := attribute(t, "class")
	switch {
	case t.Data == "blockquote", hasClass(class, "quote-inline"):
		r.quotes = append(r.quotes, t.Data)
	case len(r.quotes) > 0 && t.Data == r.quotes[len(r.quotes)-1]:
		r.quotes = append(r.quotes, t.Data) // one inside of it
	case t.Data == "a" && !hasClass(class, "mention") && !hasClass(class, "hashtag"):
		r.link = &anchor{href: attribute(t, "href")}
	}
}

func (r *reader) end(name string) {
	if name == "a" && r.link != nil {
		r.out.links = append(r.out.links, *r.link)
		r.link = nil
	}
	if n := len(r.quotes); n > 0 && name == r.quotes[n-1] {
		r.quotes = r.quotes[:n-1]
	}
	if !inline[name] {
		r.write("\n")
	}
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func hasClass(classes, name string) bool {
	for _, c := range strings.Fields(classes) {
		if c == name {
			return true
		}
	}
	return false
}

// tidy takes away the empty lines that blocks bring.
func tidy(text string) string {
	var lines []string
	for _, l := range strings.Split(text, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines, "\n")
}
