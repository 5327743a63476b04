package weibo

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/weibo/weibofake"
)

// class is what a code means (docs/networks.md, Weibo, Codes).
type class struct {
	codes   []int
	posting network.Reason
	reading network.Reason
	wait    time.Duration
}

const (
	busy, refused, unknown, signedOut = network.Busy, network.Refused, network.Unknown, network.SignedOut
)

var classes = []class{
	{[]int{10001, 10002, 10003, 10009, 10010, 10011, 21331}, unknown, busy, 0},                  // transient
	{[]int{10004, 10022}, busy, busy, time.Hour},                                                // of the machine
	{[]int{10023, 10024}, busy, busy, time.Hour},                                                // of the account
	{[]int{20016}, busy, busy, 30 * time.Minute},                                                // too fast
	{[]int{20038}, busy, busy, 24 * time.Hour},                                                  // similar, tomorrow
	{[]int{20505}, busy, busy, time.Hour},                                                       // too many follows
	{[]int{20017, 20019, 20111}, refused, refused, 0},                                           // said before
	{[]int{20032}, unknown, unknown, 0},                                                         // accepted
	{[]int{20008, 20012, 20013, 10018}, refused, refused, 0},                                    // its length
	{[]int{20005, 20006, 20007}, refused, refused, 0},                                           // its picture
	{[]int{20018, 20020, 20021}, refused, refused, 0},                                           // what it says
	{[]int{20003, 20101, 20102, 20103, 20135, 20201}, refused, refused, 0},                      // not there, not ours
	{[]int{20112, 20120, 20130, 20206, 20207, 20301, 20302}, refused, refused, 0},               // not wanted there
	{[]int{20504, 20506}, refused, refused, 0},                                                  // follows
	{[]int{20031, 20033}, signedOut, signedOut, 0},                                              // a person is wanted
	{[]int{10005, 10014, 20023, 10026}, signedOut, refused, 0},                                  // this feature is closed
	{[]int{10006, 10007, 10008, 10012, 10013, 10016, 10017, 10020, 10021}, refused, refused, 0}, // a bug
	{[]int{21301, 21315, 21317, 21327, 21332}, signedOut, signedOut, 0},                         // the token
	{[]int{21322, 21323, 21324, 21325, 21326, 21328, 21329, 21330}, signedOut, signedOut, 0},    // OAuth
	{[]int{29999, 1, -5}, refused, refused, 0},                                                  // unheard of
}

// told are words that people read with a code.
var told = map[int]string{
	10005: "contract", 10014: "contract", 10023: "the day's calls", 20012: "140", 20017: "before", 20018: "safe domain", 20019: "before",
	20020: "advertising",
	20021: "does not allow", 20031: "captcha", 20101: "no longer there", 21327: "magpie accounts login", 21332: "magpie accounts login",
}

// Each code, as a number and as a string, with the status it comes with and in
// a 200, says the same.
func TestCodes(t *testing.T) {
	t.Parallel()
	for _, x := range classes {
		for _, code := range x.codes {
			t.Run(strconv.Itoa(code), func(t *testing.T) {
				t.Parallel()
				d := begin(t, weibofake.Options{Quota: -1})
				for _, body := range []string{`{"request":"/x","error_code":%d,"error":"the words"}`,
					`{"request":"/x","error_code":"%d","error":"the words"}`,
					`{"error":"the","error_code":%d,"request":"/x","error_uri":"/x","error_description":"words"}`} {
					for _, status := range []int{http.StatusOK, http.StatusBadRequest, http.StatusForbidden} {
						d.answered(x, code, weibofake.Rule{Status: status, Body: fmt.Sprintf(body, code)})
					}
				}
			})
		}
	}
}

// answered checks what a post and a reading make of an answer.
func (d *desk) answered(x class, code int, r weibofake.Rule) {
	d.Helper()
	s := d.seal(network.Draft{Text: "Sale " + shop})
	for path, want := range map[string]network.Reason{"/2/statuses/share.json": x.posting, "/2/statuses/user_timeline.json": x.reading} {
		r.Path = path
		d.s.Fail(r)
		var err error
		if path == "/2/statuses/share.json" {
			_, err = d.c.Publish(d.Context(), s)
		} else {
			_, err = d.c.Posts(d.Context(), time.Time{})
		}
		d.fails(err, want, "the words", strconv.Itoa(code), told[code])
		if now := time.Now(); network.RetryAt(err, now, 0) != now.Add(x.wait) {
			d.Errorf("%s: again after %v, want %v", path, network.RetryAt(err, now, 0).Sub(now), x.wait)
		}
	}
	if n := len(d.a.Posts()); n != 0 {
		d.Fatalf("%d posts", n)
	}
}

// The fake's own ways to write errors: a string, and status 200.
func TestCodesOfTheFake(t *testing.T) {
	t.Parallel()
	for _, o := range []weibofake.Options{{}, {StringCodes: true}, {ErrorsIn200: true}, {StringCodes: true, ErrorsIn200: true}} {
		d := begin(t, o)
		d.share("Sale")
		_, err := d.c.Publish(t.Context(), d.seal(network.Draft{Text: "Sale " + shop}))
		d.fails(err, network.Refused, "20019", "posted before")
		d.s.Revoke(d.a)
		_, err = d.c.Verify(t.Context())
		d.fails(err, network.SignedOut, "21332")
	}
}

// What is no answer of Weibo: a proxy's page, an odd code.
func TestStatusAlone(t *testing.T) {
	t.Parallel()
	d := begin(t, weibofake.Options{Quota: -1})
	for _, x := range []struct {
		status           int
		body             string
		posting, reading network.Reason
	}{
		{500, "", unknown, busy}, {502, "<html>", unknown, busy}, {503, `{"error":"x"}`, unknown, busy}, {504, "[]", unknown, busy},
		{302, "", busy, busy}, {200, `{"error_code":"A0001","error":"x"}`, unknown, busy}, {200, `{"error_code":0}`, unknown, busy},
		{400, "<html>", busy, busy}, {404, "", busy, busy}, {413, "", refused, refused},
		{401, "", signedOut, signedOut}, {429, "", busy, busy},
	} {
		s := d.seal(network.Draft{Text: "Sale " + shop})
		d.s.Fail(weibofake.Rule{Path: "/2/statuses/share.json", Status: x.status, Body: orSpace(x.body)})
		_, err := d.c.Publish(t.Context(), s)
		d.fails(err, x.posting)
		d.s.Fail(weibofake.Rule{Path: "/2/account/get_uid.json", Status: x.status, Body: orSpace(x.body)})
		d.again()
		_, err = d.c.Verify(t.Context())
		d.fails(err, x.reading)
	}
}

func orSpace(body string) string {
	if body == "" {
		return " "
	}
	return body
}
