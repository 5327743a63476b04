package network

import (
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// FoldHandle is the one form of a handle, however it is written: in any case and width, with
// the @ or without, with invisible signs in it. A server is named in the letters of its
// language (UTS 46), as the networks show it, not in the form of the name system: bücher.example.
func FoldHandle(handle string) string {
	handle = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, norm.NFKC.String(handle))
	handle = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(handle), "@"))
	name, server, full := strings.Cut(handle, "@")
	if !full {
		name, server = "", handle // a Bluesky handle is a host
	}
	if strings.Contains(server, "xn--") {
		if host, err := idna.Lookup.ToUnicode(server); err == nil && host != "" {
			server = host
		}
	}
	if full {
		return name + "@" + server
	}
	return server
}

// ASCIIHost is the form of a host in the name system: xn--bcher-kva.example. "" if it is
// none.
func ASCIIHost(host string) string {
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil {
		return ""
	}
	return ascii
}
