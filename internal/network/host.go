package network

import (
	"strings"

	"golang.org/x/net/publicsuffix"
)

// RealHost tells whether a name ends in a top level domain that exists. It
// needs a dot.
func RealHost(host string) bool {
	host = strings.ToLower(strings.TrimRight(host, "."))
	i := strings.LastIndexByte(host, '.')
	if i <= 0 {
		return false
	}
	_, icann := publicsuffix.PublicSuffix(host[i+1:])
	return icann
}
