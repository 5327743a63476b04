package workspace

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"magpie/internal/document"
	"magpie/internal/render"
)

var (
	// otherMark is what other programs fill in.
	otherMark = regexp.MustCompile(`(?i)\{[^{}]*\}|%7B[^%]*%7D|%7B%7B.*?%7D%7D|\(\(\w+\)\)|__[a-z]+__|%s\b|[{}]`)
	codeMark  = regexp.MustCompile(`\{\{\s*code\s*\}\}`)
	// hostRule is a host with a dot in it, in any script, and a port.
	hostRule = regexp.MustCompile(`^[\p{L}\p{N}]([\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?(\.[\p{L}\p{N}]([\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?)+(:\d{1,5})?$`)
)

// checkLink looks whether a link leads anywhere, with {{code}} in the place of a code.
func checkLink(d *document.Document, path, link string) {
	for _, m := range render.Foreign(link) {
		d.Add(path, m.Text, m.Hint)
		return
	}
	bare := codeMark.ReplaceAllString(link, "CODE")
	if m := otherMark.FindString(bare); m != "" && !strings.Contains(bare, "{{") {
		d.Add(path, fmt.Sprintf("“%s” is not filled in here: people would get the link as it stands", m), "write {{code}} where the code goes")
		return
	}
	u, err := url.Parse(bare)
	switch {
	case strings.Contains(bare, "{{"):
		d.Add(path, "only {{code}} can be used in a link", "")
	case strings.ContainsFunc(bare, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) }):
		d.Add(path, fmt.Sprintf("%q is not a link: there is a blank or a sign that can't be seen in it", link), "take it out")
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || !hostRule.MatchString(u.Host):
		d.Add(path, fmt.Sprintf("%q is not a link", link), "it begins with https:// and a domain, as https://shop.example/")
	}
}

func holdsCode(link string) bool { return codeMark.MatchString(link) }

// LinkFor is the offer's link with a code in it, as links spell it.
func (o *Offer) LinkFor(code string) string {
	at := codeMark.FindStringIndex(o.Link)
	if at != nil && !strings.Contains(o.Link[:at[0]], "?") {
		return codeMark.ReplaceAllLiteralString(o.Link, url.PathEscape(code))
	}
	return codeMark.ReplaceAllLiteralString(o.Link, url.QueryEscape(code))
}
