package kit

import (
	"context"
	"time"

	"github.com/sirupsen/logrus"

	"magpie/internal/bot"
)

// ClockAt is a time of the tenth of March 2027.
func ClockAt(wall string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05", "2027-03-10 "+wall)
	if err != nil {
		panic(err)
	}
	return t
}

// Runs begins to work in this process, by way of a gate.
func (s *Timed) Runs(g *gate) (b *bot.Bot, stop func()) {
	s.T.Helper()
	g.now = s.Now
	l := logrus.New()
	l.SetOutput(&s.log)
	b, err := bot.Open(context.Background(), bot.Options{Dir: s.Dir, Sandbox: g.URL, Clock: s.Now, Log: logrus.NewEntry(l)})
	if err != nil {
		s.T.Fatal(err)
	}
	r, err := b.Start(context.Background())
	if err != nil {
		s.T.Fatal(err)
	}
	return b, func() {
		s.T.Helper()
		if err := r.Stop(); err != nil {
			s.T.Error(err)
		}
		b.Close()
	}
}
