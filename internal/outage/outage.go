// Package outage keeps the log readable while something fails again and again: one line
// when it begins and when its cause changes, one an hour while it lasts, one when it is over.
package outage

import (
	"regexp"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"magpie/internal/spoken"
)

// again is how long nothing more is said of what goes on failing.
const again = time.Hour

// Log knows what is failing. Its zero value is ready, but for the clock; nil says
// everything.
type Log struct {
	Clock func() time.Time

	mu   sync.Mutex
	open map[string]*outage
}

type outage struct {
	began, said time.Time
	times       int
	causes      map[string]bool // that were said
}

// manyCauses of one outage are said as they come up.
const manyCauses = 5

// numbered are words with digits in them: times, sizes and the names of requests change from
// one failure to the next where the cause is the same.
var numbered = regexp.MustCompile(`\S*[0-9]\S*`)

// fresh tells whether a failure has a cause that was not said yet.
func (o *outage) fresh(err error) bool {
	cause := numbered.ReplaceAllString(err.Error(), "0")
	if o.causes[cause] || len(o.causes) == manyCauses {
		return false
	}
	if o.causes == nil {
		o.causes = map[string]bool{}
	}
	o.causes[cause] = true
	return true
}

// Failed notes that something failed, and says so if that is news.
func (l *Log) Failed(what string, to *logrus.Entry, err error, message string) {
	if l == nil {
		to.WithError(err).Warn(message)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.Clock()
	o := l.open[what]
	if o == nil {
		if l.open == nil {
			l.open = map[string]*outage{}
		}
		o = &outage{began: now}
		l.open[what] = o
	}
	o.times++
	switch {
	case o.fresh(err):
		to.WithError(err).Warn(message)
	case now.Sub(o.said) >= again || now.Before(o.said):
		to.WithError(err).Warnf("%s; it has failed %s, for %s now", message, spoken.Count(o.times, "time"), spoken.Duration(now.Sub(o.began)))
	default:
		return
	}
	o.said = now
}

// Fine notes that it works, and says so if it did not.
func (l *Log) Fine(what string, to *logrus.Entry, message string) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	o := l.open[what]
	if o == nil {
		return
	}
	delete(l.open, what)
	to.Infof("%s after %s in which it failed %s", message, spoken.Duration(l.Clock().Sub(o.began)), spoken.Count(o.times, "time"))
}
