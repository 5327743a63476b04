package weibo

import (
	"net/http"
	"slices"
	"time"

	"magpie/internal/network"
)

// The classes of Weibo's codes (open.weibo.com, Error code).
var (
	system  = []int{10001, 10002, 10003, 10009, 10010, 10011, 21331}
	slow    = []int{10004, 10022, 10023, 10024, 20016, 20038, 20505}
	signing = []int{20031, 20033}               // and all of OAuth's, 213xx
	closed  = []int{10005, 10014, 20023, 10026} // calls that the contract does not cover
)

// accepted is Weibo's word that a post shows in a minute or two: it is looked for.
const accepted = 20032

// waits are how long to leave Weibo alone, which names no times itself.
var waits = map[int]time.Duration{
	10004: time.Hour, 10022: time.Hour, 10023: time.Hour, 10024: time.Hour, 20505: time.Hour,
	20016: 30 * time.Minute, 20038: 24 * time.Hour,
}

// meant says what to do about a code, for people.
var meant = map[int]string{
	10005: ": the app's contract does not cover this call",
	10014: ": the app's contract does not cover this call",
	10023: ": the day's calls of this account are used up",
	20012: ": the text is longer than 140 characters",
	20018: ": the link is not under the app's safe domain, or not allowed",
	20019: ": the same text has been posted before",
	20017: ": nearly the same text has been posted before",
	20020: ": Weibo takes it for unwanted advertising",
	20021: ": Weibo does not allow the content",
	20031: ": a person has to solve a captcha in Weibo's app",
	20101: ": the post is no longer there",
	21327: ": the sign-in has expired; " + signIn,
	21332: ": the sign-in is no longer valid; " + signIn,
}

// reason says what to do after a code, or after a status without one.
func reason(method, path string, status, code int) network.Reason {
	reading := method == http.MethodGet
	switch {
	case code == accepted:
		return network.Unknown
	case slices.Contains(slow, code):
		return network.Busy
	case slices.Contains(signing, code), code/100 == 213 && !slices.Contains(system, code),
		slices.Contains(closed, code) && (path == sharing || path == contracted): // without it the account can say nothing at all
		return network.SignedOut
	case slices.Contains(system, code), code == 0 && (status >= 500 || status < 300):
		if reading {
			return network.Busy
		}
		return network.Unknown
	case code == 0 && status == http.StatusTooManyRequests, code == 0 && status == http.StatusRequestTimeout && reading:
		return network.Busy
	case code == 0 && status == http.StatusUnauthorized:
		return network.SignedOut
	case code == 0 && status == http.StatusRequestTimeout:
		return network.Unknown
	case code == 0 && status != http.StatusRequestEntityTooLarge: // of a proxy: it says nothing of the post
		return network.Busy
	}
	return network.Refused
}
