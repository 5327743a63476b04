package kit

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"magpie/internal/bot"
	"magpie/internal/sandbox"
)

// clock is the time of a bot in this process and of its sandbox.
type clock struct{ ahead atomic.Int64 }

func (c *clock) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// Set makes it that time now.
func (c *clock) Set(t time.Time) { c.ahead.Store(int64(time.Until(t))) }

// Timed is a shop whose clock the test sets.
type Timed struct {
	*Shop
	*clock
	log output
}

// OpenTimed makes one, at a time of the winter of 2027.
func OpenTimed(t *testing.T, v sandbox.Variant, wall string) *Timed {
	s := &Timed{Shop: Open(t, v, "shop"), clock: &clock{}}
	_ = s.Net.Close()
	s.GoTo(wall)
	net, err := sandbox.Start(sandbox.Options{Variant: v, Quiet: true, Clock: s.Now, Accounts: []sandbox.Account{{Name: "shop"}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = net.Close() })
	s.Net = net
	s.Once()
	return s
}

// GoTo sets the clock to a time of the tenth of March 2027, or of a later day.
func (s *Timed) GoTo(wall string) {
	s.T.Helper()
	if !strings.Contains(wall, " ") {
		wall = "2027-03-10 " + wall
	}
	at, err := time.Parse("2006-01-02 15:04", wall)
	if err != nil {
		s.T.Fatal(err)
	}
	s.Set(at)
}

// Bot opens the program in this process.
func (s *Timed) Bot() *bot.Bot {
	s.T.Helper()
	l := logrus.New()
	l.SetOutput(&s.log)
	b, err := bot.Open(context.Background(), bot.Options{Dir: s.Dir, Sandbox: s.Net.URL(), Clock: s.Now, Log: logrus.NewEntry(l)})
	if err != nil {
		s.T.Fatal(err)
	}
	return b
}

// Once does what is due at the clock's time, and takes in edits before.
func (s *Timed) Once() {
	s.T.Helper()
	b := s.Bot()
	defer b.Close()
	if err := b.Once(context.Background()); err != nil {
		s.T.Fatal(err)
	}
}

// Public is how many public posts are out.
func (s *Timed) Public() int {
	return Count(s.Timeline("shop"), func(x sandbox.Status) bool { return x.Visibility == "public" && x.InReplyTo == "" })
}

// Steps makes n posts due at a time, with what else each step has.
func (s *Timed) Steps(n int, when, more string) {
	text := "title: Many\nsteps:\n"
	for i := range n {
		text += fmt.Sprintf("  many-%d: {accounts: [shop], at: 2027-03-10 %s, say: many-%d%s}\n", i, when, i, more)
		s.Write(fmt.Sprintf("templates/many-%d.en.tmpl", i), fmt.Sprintf("Reason number %d to come by.", i))
	}
	s.Write("campaigns/many.yaml", text)
	s.Once()
}
