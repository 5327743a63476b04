package weibofake

import (
	"crypto/sha256"
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

var (
	// A link ends where anything but the characters of an address stands: a
	// Chinese word may follow without a space.
	links  = regexp.MustCompile(`(?i:https?)://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+`)
	topics = regexp.MustCompile(`#[^#\s][^#]*#`)
)

// safe tells whether the text has a link to one of the app's own domains.
func (s *Server) safe(text string) bool {
	for _, link := range links.FindAllString(text, -1) {
		u, err := url.Parse(link)
		if err != nil {
			continue
		}
		for _, domain := range s.o.SafeDomains {
			host := strings.ToLower(u.Hostname())
			if host == domain || strings.HasSuffix(host, "."+domain) {
				return true
			}
		}
	}
	return false
}

// hasTopic looks for #topic# outside of links.
func hasTopic(text string) bool { return topics.MatchString(links.ReplaceAllString(text, " ")) }

// show is the text as people read it: Weibo puts short links for all others.
func (s *Server) show(text string) string {
	return links.ReplaceAllStringFunc(strings.TrimSpace(text), short) + s.o.Trailing
}

// short is the short link for a link: always the same.
func short(link string) string {
	if strings.HasPrefix(link, "http://t.cn/") {
		return link
	}
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789"
	sum := sha256.Sum256([]byte(link))
	code := "A6"
	for _, b := range sum[:6] {
		code += string(letters[int(b)%len(letters)])
	}
	return "http://t.cn/" + code
}

// gist is what is left of a text without links, spaces and signs: two texts with
// the same gist are similar.
func gist(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, links.ReplaceAllString(text, ""))
}

// repeats tells whether a text says again what a recent one said: 20019 for the
// same, 20017 for nearly the same. What Weibo takes for similar is not published.
func repeats(text, recent string) error {
	switch {
	case strings.TrimSpace(text) == strings.TrimSpace(recent):
		return problem(20019)
	case gist(text) != "" && gist(text) == gist(recent):
		return problem(20017)
	}
	return nil
}

// fits checks a text of a post or a comment.
func (s *Server) fits(text string) error {
	if strings.TrimSpace(text) == "" {
		return problem(20008)
	}
	if s.o.Length != nil && s.o.Length(text) > 140 {
		return problem(20012)
	}
	return nil
}
