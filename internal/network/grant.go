package network

import (
	"errors"
	"net/url"
	"strings"
)

// ErrNotOurs means that an address does not belong to the sign-in under way.
var ErrNotOurs = errors.New("that address belongs to another sign-in")

// GrantedCode is the code in the address that a person was sent to by a network's
// page (RFC 6749, 4.1.2). It fails, in words for people, where the network said
// no, or where the address is of another sign-in than the one with that state.
func GrantedCode(who, redirected, state string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(redirected))
	if err != nil {
		return "", Fail(Refused, "that is not an address")
	}
	q := u.Query()
	switch {
	case len(q) == 0:
		return "", Fail(Refused, "that is not the address that you were sent to: %w", ErrNotOurs)
	case q.Get("state") != state && (q.Has("state") || !q.Has("error")): // a network may forget the state when it says no
		return "", Fail(Refused, "%w: start again", ErrNotOurs)
	case q.Get("error") != "":
		return "", Fail(Refused, "%s says: %s", who, Quote(q.Get("error")+" "+q.Get("error_description"), nil))
	case q.Get("code") == "":
		return "", Fail(Refused, "that address has no code in it: copy the whole address of the page that you were sent to")
	}
	return q.Get("code"), nil
}
