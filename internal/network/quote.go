package network

import (
	"net/http"
	"strings"
	"unicode/utf8"
)

// quoted is how much of a server's own words goes into an error, in bytes.
const quoted = 300

// Quote makes a server's words fit to be shown: short, and without the secrets
// that the request carried, should the server repeat them.
func Quote(words string, r *http.Request, secrets ...Secret) string {
	if r != nil {
		_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		secrets = append(secrets, Secret(token))
	}
	for _, s := range secrets {
		if s != "" {
			words = strings.ReplaceAll(words, s.Reveal(), dots)
		}
	}
	words = strings.Join(strings.Fields(strings.ToValidUTF8(strings.ReplaceAll(words, "\x00", ""), "\uFFFD")), " ")
	words = Plain(words)
	if len(words) <= quoted {
		return words
	}
	cut := quoted
	for cut > 0 && !utf8.RuneStart(words[cut]) {
		cut--
	}
	return words[:cut] + "…"
}
