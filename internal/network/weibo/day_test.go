package weibo

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"magpie/internal/network"
	"magpie/internal/network/weibo/weibofake"
)

var errUsedUp = errors.New("the account's calls are used up")

// allowed is how many calls an account and an app have in a day (open.weibo.com,
// Rate limiting).
const allowed = 100

// day lives through a day in Beijing, polling as the bot does; it returns how
// many calls were made.
func (d *desk) day(c *clock, each func(r *reader, hour int)) int {
	d.Helper()
	_, err := d.c.Verify(d.Context())
	d.must(err)
	_, err = d.c.Limits(d.Context())
	d.must(err)
	r, start := d.listen(), c.now()
	for c.now().Before(start.Add(24*time.Hour - time.Second)) {
		if at := c.now().Sub(start); at%time.Hour == 0 {
			each(r, int(at/time.Hour))
		}
		r.poll()
		c.pass(Kind().PollEvery)
	}
	if r.all != nil {
		d.Logf("%d mentions came", len(r.all))
	}
	return d.metered()
}

// An idle account leaves 46 of the day's calls to posts and answers, and 37 where
// the program is started four times.
func TestIdleDay(t *testing.T) {
	t.Parallel()
	for starts, most := range map[int]int{1: 54, 4: 63} { // of these 48 polls; 3 lists, the followers, and 3 a start
		c := midnight()
		d := begin(t, weibofake.Options{Clock: c.now})
		used := d.day(c, func(r *reader, hour int) {
			switch {
			case hour == 12:
				_, _, err := d.c.Followers(t.Context(), "") // once a day
				d.must(err)
			case starts > 1 && hour%6 == 5 && hour < 20:
				d.again()
				_, err := d.c.Verify(t.Context())
				d.must(err)
				r.poll()
			}
		})
		t.Logf("%d starts, polls each %v: %d of %d calls are used, %d left", starts, Kind().PollEvery, used, allowed, allowed-used)
		if used > most {
			t.Errorf("an idle day with %d starts costs %d of %d calls, want %d", starts, used, allowed, most)
		}
	}
}

// midnight is when the day begins in Beijing.
func midnight() *clock { return &clock{at: time.Date(2026, 11, 21, 16, 0, 0, 0, time.UTC)} }

// A busy day: a post each three hours and four comments that are answered fit
// into it.
func TestBusyDay(t *testing.T) {
	t.Parallel()
	c := midnight()
	d := begin(t, weibofake.Options{Clock: c.now})
	bob, post := d.s.Person("bob"), ""
	used := d.day(c, func(_ *reader, hour int) {
		if hour%3 == 0 {
			post = d.share(fmt.Sprint("Sale at ", hour))
		}
		if hour%6 == 1 {
			bob.Comment(post, fmt.Sprint("question at ", hour))
		}
		if hour%6 == 4 {
			x := reply(post, bob.Comment(post, fmt.Sprint("another at ", hour)), "yes")
			if !d.answeredAlready(post, parseRef(x.ReplyTo).Comment, nil) {
				d.publish(x)
			}
		}
	})
	t.Logf("%d of %d calls are used", used, allowed)
	if used >= allowed {
		t.Errorf("the day costs %d of %d calls", used, allowed)
	}
}

// What Weibo refuses beyond the day's calls waits; it is not an end.
func TestUsedUp(t *testing.T) {
	t.Parallel()
	c := midnight()
	d := begin(t, weibofake.Options{Clock: c.now, Quota: 3})
	for range 3 {
		_, err := d.c.Posts(t.Context(), c.now())
		d.must(err)
	}
	s := d.seal(network.Draft{Text: "Sale " + shop})
	_, err := d.c.Publish(t.Context(), s)
	d.fails(err, network.Busy, "10023", "the day's calls")
	c.pass(24 * time.Hour)
	_, err = d.c.Publish(t.Context(), s)
	d.must(err)
}
