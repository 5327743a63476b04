package outage

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/sirupsen/logrus/hooks/test"
)

// An outage of a day is said when it begins, each hour, and when it is over; and the next
// one again.
func TestOutage(t *testing.T) {
	logger, said := test.NewNullLogger()
	now := time.Date(2027, 11, 26, 9, 0, 0, 0, time.UTC)
	l, to := Log{Clock: func() time.Time { return now }}, logrus.NewEntry(logger)
	l.Fine("shop", to, "mentions can be read again")
	for range 2 {
		for range 24 * 60 * 60 {
			l.Failed("shop", to, errors.New("connection refused"), "mentions could not be read; trying again")
			now = now.Add(time.Second)
		}
		l.Failed("club", to, errors.New("connection refused"), "mentions could not be read; trying again")
		l.Fine("shop", to, "mentions can be read again")
		l.Fine("shop", to, "mentions can be read again")
		l.Fine("club", to, "mentions can be read again")
		all := said.AllEntries()
		said.Reset()
		if len(all) != 27 {
			t.Fatalf("%d lines", len(all))
		}
		for i, want := range map[int]string{0: "trying again", 1: "3,601 times, for 1 hour now", 23: "for 23 hours now", 24: "trying again",
			25: "again after 24 hours in which it failed 86,400 times"} {
			if !strings.HasSuffix(all[i].Message, want) {
				t.Errorf("line %d is %q", i, all[i].Message)
			}
		}
	}
}

// A cause that changes is said at once, and again only in the hourly line; what differs in
// numbers alone is the same cause, and an error without end of wordings does not fill the log.
func TestCauseThatChanges(t *testing.T) {
	logger, said := test.NewNullLogger()
	now := time.Date(2027, 11, 26, 9, 0, 0, 0, time.UTC)
	l, to := Log{Clock: func() time.Time { return now }}, logrus.NewEntry(logger)
	for i := range 300 {
		for _, cause := range []string{"connection refused", fmt.Sprintf("the server answered 503 in %d ms (request a%xb-%d)", i, i, i),
			"the certificate has expired"} {
			l.Failed("shop", to, errors.New(cause), "not sent; trying again")
		}
	}
	if n := len(said.AllEntries()); n != 3 {
		t.Errorf("%d lines", n)
	}
	for i := range 300 {
		l.Failed("club", to, errors.New(strings.Repeat("x", i)), "not sent; trying again")
	}
	if n := len(said.AllEntries()); n != 3+manyCauses {
		t.Errorf("%d lines", n)
	}
}
