package networktest

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"magpie/internal/network"
)

// Wait is a way to say when a server may be asked again.
type Wait struct {
	Name  string
	Value string        // of Retry-After, or of the reset of a rate limit
	For   time.Duration // from now; 0: nothing is said, or nothing that can be meant
	Far   bool          // further away than any limit of a network
	Until bool          // it names an instant, no length
}

// Farthest is how long nobody is left alone in any case: the longest limits are those
// of a day.
const Farthest = 25 * time.Hour

// Waits are all ways that servers were seen to use, for both headers: RFC 9110 has
// seconds and dates, Mastodon ISO 8601, others unix time, proxies whatever they like.
func Waits(now time.Time) []Wait {
	at, past := now.Add(time.Hour).UTC(), now.Add(-time.Hour).UTC()
	unix := func(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }
	return []Wait{
		{Name: "seconds", Value: "3600", For: time.Hour},
		{Name: "parts of a second", Value: "3600.5", For: time.Hour},
		{Name: "HTTP date", Value: at.Format(http.TimeFormat), For: time.Hour, Until: true},
		{Name: "HTTP date of RFC 850", Value: at.Format("Monday, 02-Jan-06 15:04:05 GMT"), For: time.Hour, Until: true},
		{Name: "HTTP date of asctime", Value: at.Format(time.ANSIC), For: time.Hour, Until: true},
		{Name: "ISO time", Value: at.Format("2006-01-02T15:04:05Z"), For: time.Hour, Until: true},
		{Name: "ISO time with microseconds", Value: at.Format("2006-01-02T15:04:05.000000Z"), For: time.Hour, Until: true},
		{Name: "ISO time of Beijing", Value: at.In(time.FixedZone("", 8*3600)).Format(time.RFC3339), For: time.Hour, Until: true},
		{Name: "unix seconds", Value: unix(at), For: time.Hour, Until: true},
		{Name: "unix seconds with parts", Value: unix(at) + ".25", For: time.Hour, Until: true},
		{Name: "unix milliseconds", Value: strconv.FormatInt(at.UnixMilli(), 10), For: time.Hour, Until: true},

		{Name: "nothing", Value: ""},
		{Name: "words", Value: "soon"},
		{Name: "no unit that exists", Value: "1h"},
		{Name: "no number", Value: "NaN"},
		{Name: "hexadecimal", Value: "0xE10"},
		{Name: "zero", Value: "0"},
		{Name: "less than zero", Value: "-3600"},
		{Name: "unix time less than zero", Value: "-" + unix(at)},
		{Name: "HTTP date that is past", Value: past.Format(http.TimeFormat)},
		{Name: "ISO time that is past", Value: past.Format("2006-01-02T15:04:05Z")},
		{Name: "unix time that is past", Value: unix(past)},

		{Name: "eleven digits", Value: "99999999999", Far: true},
		{Name: "127 years", Value: "4000000000", Far: true},
		{Name: "the largest number", Value: "9223372036854775807", Far: true},
		{Name: "one more than that", Value: "9223372036854775808", Far: true},
		{Name: "beyond all numbers", Value: "1e400", Far: true},
		{Name: "HTTP date of the year 9999", Value: "Fri, 31 Dec 9999 23:59:59 GMT", Far: true},
		{Name: "ISO time of the year 2999", Value: "2999-01-01T00:00:00Z", Far: true},
		{Name: "a week", Value: "604800", Far: true},
	}
}

// Check looks when the caller tries again after err, the answer of 429 to a call made
// at now. Clocks may differ a little.
func (w Wait) Check(t *testing.T, header string, err error, now time.Time) {
	t.Helper()
	const fallback, slack = time.Minute, 30 * time.Second
	if network.ReasonOf(err) != network.Busy {
		t.Errorf("%s: %s (%s): %v", header, w.Name, w.Value, err)
		return
	}
	got, least, most := network.RetryAt(err, now, fallback).Sub(now), w.For-slack, w.For+slack
	switch {
	case w.Far: // what is not believed is like nothing, or a day
		least, most = fallback, Farthest
	case w.For == 0:
		least, most = fallback, fallback
	}
	if got < least || got > most {
		t.Errorf("%s: %s (%s): again after %v, want %v to %v", header, w.Name, w.Value, got, least, most)
	}
}
